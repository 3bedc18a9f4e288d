import type { Interfaces } from '@oclif/core'

export function sourceOptions(rootUrl: URL): Promise<Interfaces.LoadOptions & object>
