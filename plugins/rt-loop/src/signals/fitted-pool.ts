import { access } from 'node:fs/promises'
import { join } from 'node:path'

import { EXIT, KwxError } from 'kwx'
import { readJson } from 'kwx/artefacts'
import type { BlendGridFile } from 'kwx/contracts'
import { DEVIG_METHODS, type DevigMethod } from 'kwx/market'
import { NO_HEAD, type PoolHead } from 'kwx/model'

import type { FittedPool } from './pair.ts'

/**
 * Weight, overround and head as `08_blend_grid.json` of a folder states them for models that are used after its rows;
 * weight 0 where there is no such file.
 *
 * @throws KwxError RT_WEIGHT_INVALID (exit 2) for a file of another city or bracket, or one without a usable pool
 */
export async function fittedPool(folder: string, city: string, bracket: string): Promise<FittedPool> {
  const file = join(folder, '08_blend_grid.json')
  const there = await access(file).then(
    () => true,
    () => false,
  )
  if (!there) return { weight: 0, devig: 'none', head: NO_HEAD, source: 'no fitted weight: the market alone' }
  const { weight, devig, head, city: of, bracket: kind } = await readJson<BlendGridFile>(file)
  const isWeight = typeof weight?.value === 'number' && weight.value >= 0 && weight.value <= 1
  if (of === city && kind === bracket && isWeight && isDevig(devig?.method) && isHead(head)) {
    const { method, temperature } = head
    return { weight: weight.value, devig: devig.method, head: { method, temperature }, source: weight.reason }
  }
  throw new KwxError(`${file} holds no pool (weight, overround and head) for ${city} ${bracket}.`, {
    code: 'RT_WEIGHT_INVALID',
    exit: EXIT.usage,
    hint: 'Fit it again with "kwx blend --config FILE".',
    details: { file, city: of, bracket: kind, weight: weight?.value, devig: devig?.method, head: head?.method },
  })
}

const isDevig = (method: unknown): method is DevigMethod => DEVIG_METHODS.includes(method as DevigMethod)

function isHead(head: Partial<PoolHead> | undefined): head is PoolHead {
  if (head?.method === 'none') return head.temperature === null
  const { method, temperature } = head ?? {}
  const isMethod = method === 'softmax' || method === 'cumulative'
  return isMethod && typeof temperature === 'number' && Number.isFinite(temperature) && temperature > 0
}
