# One path by glmnet on a data set in the reference layout, and its objective at C.
# Arguments: set, matrix, C, l1_ratio, class weight (null or balanced), threshold, path (a number of lambdas of which the
# last is the one that belongs to C, or "default": glmnet's own, read at that lambda as its coef() does), and a file of
# int32 row numbers that are taken and standardised, if not all.
suppressMessages(library(glmnet))
a <- commandArgs(trailingOnly = TRUE)
n <- file.info(paste0(a[1], ".y.u8"))$size
y <- readBin(paste0(a[1], ".y.u8"), "integer", n, size = 1, signed = FALSE)
file <- paste0(a[1], ".", a[2], ".f64")
x <- matrix(readBin(file, "double", file.info(file)$size / 8, endian = "little"), nrow = n, byrow = TRUE)
if (length(a) > 7) {
  rows <- readBin(a[8], "integer", file.info(a[8])$size / 4, endian = "little") + 1
  x <- x[rows, ]; y <- y[rows]; n <- length(y)
  center <- colMeans(x); spread <- sqrt(colMeans(sweep(x, 2, center)^2)); spread[spread == 0] <- 1
  x <- sweep(sweep(x, 2, center), 2, spread, "/")
}
C <- as.numeric(a[3]); ratio <- as.numeric(a[4])
weight <- if (a[5] == "balanced") ifelse(y == 1, n / (2 * sum(y)), n / (2 * (n - sum(y)))) else rep(1, n)
lambda <- 1 / (C * sum(weight))
path <- NULL
if (a[7] != "default") {
  largest <- max(lambda * 1.01, max(abs(t(x) %*% (weight * (y - weighted.mean(y, weight))))) / n / max(ratio, 1e-3))
  path <- exp(seq(log(largest), log(lambda), length.out = as.numeric(a[7])))
}
cpu <- system.time(fit <- glmnet(x, y, family = "binomial", weights = weight, alpha = ratio, lambda = path,
  standardize = FALSE, thresh = as.numeric(a[6])))
at <- as.numeric(coef(fit, s = lambda))
w <- at[-1]; b <- at[1]
z <- as.numeric(x %*% w + b); m <- ifelse(y == 1, -z, z)
loss <- sum(weight * (pmax(m, 0) + log1p(exp(-abs(m)))))
objective <- C * loss + ratio * sum(abs(w)) + 0.5 * (1 - ratio) * sum(w^2)
cat(sprintf('{"version":"%s","cpu_seconds":%.6f,"objective":%.12g,"fits":%d}\n', packageVersion("glmnet"),
  cpu[["user.self"]] + cpu[["sys.self"]], objective, length(fit$lambda)))
