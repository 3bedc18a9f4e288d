import { mkdir, mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const PIPELINE = `title: a small pilot
params:
  type: object
  additionalProperties: false
  properties: { config: { type: string, default: small.yaml } }
steps:
  - id: simulate
    use: simulate:market
    with: { city: simville, start_date: "2024-03-01", days: 42, seed: 5, edge: 0.5 }
  - { id: config, use: "config:load", with: { file: "\${{ params.config }}" } }
  - { id: build, use: "dataset:build", needs: [simulate] }
  - { id: train, use: "train:walk-forward" }
  - { id: verify, use: "verify:pilot" }
  - { id: accept, use: "accept:report" }
`

/** A whole configuration of two windows, whose market `small` simulates. */
export const SMALL = `city: simville
bracket: between
feature_set: elasticnet_rich
start_date: 2024-03-01
end_date: 2024-04-11
train_days: 28
test_days: 7
step_days: 7
trials: 3
cv_splits: 3
`

/** A new project folder with `small.yaml` and a pipeline `small` from simulation to report; about 8 s to run. */
export async function smallProject(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'kwx-small-'))
  await mkdir(join(folder, 'configs/pipelines'), { recursive: true })
  await writeFile(join(folder, 'configs/pipelines/small.yaml'), PIPELINE)
  await writeFile(join(folder, 'small.yaml'), SMALL)
  return folder
}
