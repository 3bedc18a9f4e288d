import type { Problem } from 'kwx/model'

/** Room for one pass, reused between iterations. */
export interface PassBuffers {
  /** Gradient of C Σ w loss, shape [p + 1], the intercept's last. */
  readonly gradient: Float64Array
  /** Hessian of C Σ w loss, symmetric, row-major, shape [p + 1, p + 1]. */
  readonly hessian: Float64Array
}

export const passBuffers = (p: number): PassBuffers => ({
  gradient: new Float64Array(p + 1),
  hessian: new Float64Array((p + 1) * (p + 1)),
})

/**
 * Loss, gradient and Hessian of C Σ_i w_i loss_i at (β, b) in one pass over the rows.
 *
 * Four rows at a time, so that each entry of the Hessian is read and written once for four products: that loop is
 * nearly all of the cost of a fit.
 *
 * @returns the loss; gradient and Hessian are in `out`
 * @cost n (p + 1)(p + 2) / 2 multiplications and one exponential per row
 */
export function newtonPass(
  { x, n, p, y, weight, C }: Problem,
  beta: Float64Array,
  intercept: number,
  { gradient: g, hessian: h }: PassBuffers,
): number {
  const width = p + 1
  const z = new Float64Array(4)
  const r = new Float64Array(4)
  const s = new Float64Array(4)
  g.fill(0)
  h.fill(0)
  let loss = 0
  for (let i = 0; i < n; i += 4) {
    // beyond the last row: the last row again, with weight 0
    const a = i * p
    const b = Math.min(i + 1, n - 1) * p
    const c = Math.min(i + 2, n - 1) * p
    const d = Math.min(i + 3, n - 1) * p
    let [za, zb, zc, zd] = [intercept, intercept, intercept, intercept]
    for (let j = 0; j < p; j++) {
      const w = beta[j]!
      za += x[a + j]! * w
      zb += x[b + j]! * w
      zc += x[c + j]! * w
      zd += x[d + j]! * w
    }
    z[0] = za
    z[1] = zb
    z[2] = zc
    z[3] = zd
    for (let k = 0; k < 4; k++) {
      const row = Math.min(i + k, n - 1)
      const cw = i + k < n ? C * weight[row]! : 0
      const t = z[k]!
      const e = Math.exp(-Math.abs(t))
      const mu = t >= 0 ? 1 / (1 + e) : e / (1 + e)
      // softplus(t) - y t, where softplus(t) = max(t, 0) + log1p(e)
      loss += cw * (Math.max(t, 0) + Math.log1p(e) - y[row]! * t)
      r[k] = cw * (mu - y[row]!)
      s[k] = (cw * e) / ((1 + e) * (1 + e))
    }
    const [ra, rb, rc, rd] = [r[0]!, r[1]!, r[2]!, r[3]!]
    const [sa, sb, sc, sd] = [s[0]!, s[1]!, s[2]!, s[3]!]
    for (let j = 0; j < p; j++) {
      const xa = x[a + j]!
      const xb = x[b + j]!
      const xc = x[c + j]!
      const xd = x[d + j]!
      g[j]! += ra * xa + rb * xb + rc * xc + rd * xd
      const ha = sa * xa
      const hb = sb * xb
      const hc = sc * xc
      const hd = sd * xd
      const at = j * width
      for (let k = 0; k <= j; k++) h[at + k]! += ha * x[a + k]! + hb * x[b + k]! + hc * x[c + k]! + hd * x[d + k]!
      h[p * width + j]! += ha + hb + hc + hd
    }
    g[p]! += ra + rb + rc + rd
    h[p * width + p]! += sa + sb + sc + sd
  }
  for (let j = 0; j < width; j++) for (let k = 0; k < j; k++) h[k * width + j] = h[j * width + k]!
  return loss
}
