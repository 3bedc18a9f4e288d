import { EXIT, KwxError } from 'kwx'
import { Flags, interruptible, KwxCommand } from 'kwx/command'
import { parseInstant } from 'kwx/time'

import type { LoopAnswer } from '../loop/start-loop.ts'
import type { LivePair } from '../signals/load-pair.ts'
import type { Replayed } from '../signals/replay-signals.ts'

export default class RtLoop extends KwxCommand<LoopAnswer | Replayed> {
  static override summary = 'Run promoted models in real time, on paper: no order is ever sent.'
  static override description =
    'A dry run unless --record is given: what is fetched is stored, signals are only counted. SIGTERM or Ctrl-C ends it within one tick; started again, it goes on with the minute after the last one.'
  static override flags = {
    config: Flags.string({
      required: true,
      multiple: true,
      multipleNonGreedy: true,
      helpValue: 'FILE',
      description: 'Production configuration; may be given several times.',
    }),
    record: Flags.boolean({
      description: 'Write signals and the paper portfolio to the database; wants a Postgres server.',
    }),
    bankroll: Flags.integer({
      min: 1,
      max: 1_000_000_000,
      helpValue: 'DOLLARS',
      dependsOn: ['record'],
      description: 'What the paper portfolio begins with; 10000 unless told.',
    }),
    ticks: Flags.integer({ min: 1, helpValue: 'N', description: 'End after so many ticks.' }),
    'tick-seconds': Flags.integer({ min: 1, max: 3600, default: 9, description: 'Seconds from tick to tick.' }),
    stream: Flags.boolean({
      allowNo: true,
      default: true,
      description: "Listen to the exchange's stream where there is a key for it; else, and without, prices are polled.",
    }),
    port: Flags.integer({
      min: 0,
      max: 65_535,
      default: 9470,
      description: 'Of /healthz and /metrics; 0 for any that is free.',
    }),
    host: Flags.string({ default: '127.0.0.1', helpValue: 'ADDRESS', description: 'Where the two pages listen.' }),
    pages: Flags.boolean({ allowNo: true, default: true, description: 'Serve /healthz and /metrics.' }),
    log: Flags.option({
      options: ['lines', 'json'] as const,
      description: 'How the log is written to stderr; lines on a terminal, else JSON.',
    })(),
    'model-dir': Flags.string({ helpValue: 'DIR', description: "A candidate's folder instead of promoted models." }),
    replay: Flags.boolean({
      description: 'Build recorded signals again from the recorded rows.',
      dependsOn: ['from', 'to'],
    }),
    from: Flags.string({ helpValue: 'T', description: 'First instant of a replay, like 2025-02-20T18:00:00Z.' }),
    to: Flags.string({ helpValue: 'T', description: 'Last instant of a replay.' }),
    assert: Flags.boolean({ dependsOn: ['replay'], description: 'Exit with 3 when a signal comes out otherwise.' }),
  }
  static override examples = [
    '<%= config.bin %> rt-loop --config configs/elasticnet_mia_between.yaml --ticks 3',
    '<%= config.bin %> rt-loop --config configs/elasticnet_mia_between.yaml --replay --from 2025-02-20T18:00:00Z --to 2025-02-20T20:00:00Z --assert',
  ]

  async run(): Promise<LoopAnswer | Replayed> {
    const { flags } = await this.parse(RtLoop)
    const settings = await this.settings()
    const { isEmbeddedUrl } = await import('kwx/database')
    if (flags.record && isEmbeddedUrl(settings.databaseUrl)) throw needsServer(settings.databaseUrl)
    const { loadPair } = await import('../signals/load-pair.ts')
    const contributions = await this.contributions()
    const pairs: LivePair[] = []
    for (const file of flags.config) pairs.push(await loadPair(file, { settings, contributions }, flags['model-dir']))
    if (flags.replay) return this.replay(pairs, [flags.from!, flags.to!], flags.assert)
    const { startLoop } = await import('../loop/start-loop.ts')
    const log = flags.log ?? (process.stderr.isTTY ? 'lines' : 'json')
    const isSilent = this.isQuiet || (this.jsonEnabled() && log === 'lines')
    const answer = await interruptible((signal) =>
      this.withEnvironment({ signal }, (environment) =>
        startLoop(environment, pairs, {
          record: flags.record,
          bankroll: flags.bankroll,
          ticks: flags.ticks ?? null,
          tickMs: flags['tick-seconds'] * 1000,
          stream: flags.stream,
          pages: flags.pages ? { host: flags.host, port: flags.port } : null,
          log: isSilent ? 'none' : log,
          say: (line) => this.logToStderr(line),
        }),
      ),
    )
    for (const line of answerLines(answer)) this.log(line)
    return answer
  }

  private async replay(pairs: readonly LivePair[], [from, to]: [string, string], assert: boolean): Promise<Replayed> {
    const span = [minuteOf('from', from), minuteOf('to', to)] as const
    if (span[1] < span[0]) throw badInstant(`--to ${to} lies before --from ${from}`)
    const { replaySignals } = await import('../signals/replay-signals.ts')
    const replayed = await this.withEnvironment({ offline: true }, async (world) =>
      replaySignals(await world.database(), pairs, span),
    )
    const { minutes, recorded, rebuilt, differences } = replayed
    this.log(
      `${minutes} minutes, ${recorded} recorded signals, ${rebuilt} built again, ${differences.length} differences`,
    )
    for (const { endMinute, ticker, field, recorded: was, rebuilt: is } of differences.slice(0, 20)) {
      this.log(
        `  ${new Date(endMinute * 60_000).toISOString()} ${ticker} ${field}: recorded ${String(was)}, built ${String(is)}`,
      )
    }
    if (assert) process.exitCode = recorded === 0 ? EXIT.stale : differences.length > 0 ? EXIT.gate : EXIT.ok
    return replayed
  }
}

function answerLines({ ended, ticks, minutes, signals, stand_downs }: LoopAnswer): string[] {
  const why = Object.entries(stand_downs).map(([reason, n]) => `, ${reason} ${n}`)
  const lines = [`${ended}: ticks ${ticks}, minutes ${minutes}, signals ${signals}${why.join('')}`]
  if (ticks > 0 && minutes === 0)
    lines.push('No minute ended in that time; each is worked through once, when it is over.')
  return lines
}

function minuteOf(flag: string, text: string): number {
  try {
    return Math.floor(parseInstant(text) / 60_000)
  } catch {
    throw badInstant(`--${flag} is "${text}"`)
  }
}

const badInstant = (found: string) =>
  new KwxError(`${found}; expected instants with their zone, --from before --to.`, {
    code: 'RT_SPAN',
    exit: EXIT.usage,
    hint: 'Give them like --from 2025-02-20T18:00:00Z --to 2025-02-20T20:00:00Z.',
  })

const needsServer = (url: string) =>
  new KwxError(`Signals are recorded on a Postgres server only; the database is embedded (${url.slice(0, 7)}...).`, {
    code: 'RT_NEEDS_SERVER',
    exit: EXIT.usage,
    hint: 'Start one, for example "docker run -d -p 127.0.0.1:5432:5432 -e POSTGRES_PASSWORD=kwx postgres:17", then "export KWX_DATABASE_URL=postgres://postgres:kwx@127.0.0.1:5432/postgres" and "kwx db migrate".',
  })
