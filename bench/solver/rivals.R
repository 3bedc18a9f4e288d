# One path by glmnet on a data set in the reference layout; the last lambda is the one that is asked for.
# Arguments: set, matrix, C, l1_ratio, class weight (null or balanced), threshold.
suppressMessages(library(glmnet))
a <- commandArgs(trailingOnly = TRUE)
n <- file.info(paste0(a[1], ".y.u8"))$size
y <- readBin(paste0(a[1], ".y.u8"), "integer", n, size = 1, signed = FALSE)
file <- paste0(a[1], ".", a[2], ".f64")
x <- matrix(readBin(file, "double", file.info(file)$size / 8, endian = "little"), nrow = n, byrow = TRUE)
C <- as.numeric(a[3]); ratio <- as.numeric(a[4])
weight <- if (a[5] == "balanced") ifelse(y == 1, n / (2 * sum(y)), n / (2 * (n - sum(y)))) else rep(1, n)
lambda <- 1 / (C * sum(weight))
largest <- max(lambda * 1.01, max(abs(t(x) %*% (weight * (y - weighted.mean(y, weight))))) / n / max(ratio, 1e-3))
path <- exp(seq(log(largest), log(lambda), length.out = 20))
cpu <- system.time(fit <- glmnet(x, y, family = "binomial", weights = weight, alpha = ratio, lambda = path,
  standardize = FALSE, thresh = as.numeric(a[6])))
w <- as.numeric(fit$beta[, ncol(fit$beta)]); b <- fit$a0[length(fit$a0)]
z <- as.numeric(x %*% w + b); m <- ifelse(y == 1, -z, z)
loss <- sum(weight * (pmax(m, 0) + log1p(exp(-abs(m)))))
objective <- C * loss + ratio * sum(abs(w)) + 0.5 * (1 - ratio) * sum(w^2)
cat(sprintf('{"version":"%s","cpu_seconds":%.6f,"objective":%.12g,"fits":20}\n', packageVersion("glmnet"),
  cpu[["user.self"]] + cpu[["sys.self"]], objective))
