import { describe, expect, it } from 'vitest'
import { redactUrl } from '../../src/base/redact-url.ts'

describe('redactUrl', () => {
  it.each([
    ['postgres://a:b@h/d', 'postgres://a:***@h/d'],
    ['postgres://h/d?user=a&password=b', 'postgres://h/d?user=a&password=***'],
    ['https://h/x?key=b&y=1', 'https://h/x?key=***&y=1'],
    ['https://h/x?y=1', 'https://h/x?y=1'],
    ['https://token@h/x', 'https://***@h/x'],
    ['http://a:b@h/x?api_token=c', 'http://***@h/x?api_token=***'],
    ['postgres://a@h/d', 'postgres://a@h/d'],
    ['not an address', '***'],
  ])('shows %s as %s', (address, shown) => {
    expect(redactUrl(address)).toBe(shown)
  })
})
