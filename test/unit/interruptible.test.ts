import { describe, expect, it } from 'vitest'

import { interruptible } from '../../src/framework/interruptible.ts'

const stopped = () => new Error('stopped')

describe('interruptible work', () => {
  it('is asked to stop, with the reason, and what it answers stands', async () => {
    const answer = await interruptible(async (signal) => {
      process.emit('SIGINT')
      return (signal.reason as Error).message
    }, stopped)
    expect(answer).toBe('stopped')
  })

  it('takes signals right after the first for echoes of one Ctrl-C', async () => {
    const answer = await interruptible(async (signal) => {
      process.emit('SIGINT')
      process.emit('SIGINT') // would end this process
      return signal.aborted
    }, stopped)
    expect(answer).toBe(true)
  })

  it('leaves no listener behind', async () => {
    const before = process.listenerCount('SIGINT')
    await interruptible(async () => expect(process.listenerCount('SIGINT')).toBe(before + 1))
    expect(process.listenerCount('SIGINT')).toBe(before)
  })
})
