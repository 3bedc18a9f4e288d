import { redactUrl as redactAddress } from '../../../base/redact-url.ts'

const ADDRESS = /^[a-z][a-z\d+.-]*:\/\/\S+$/i

/** The URL, or a message with URLs in it, without passwords, fit for messages and logs. */
export const redactUrl = (text: string): string =>
  withoutPasswords(ADDRESS.test(text) && URL.canParse(text) ? redactAddress(text) : text)

const withoutPasswords = (text: string): string =>
  text.replace(/(\/\/[^:@/?\s]*):.*@/s, '$1:***@').replace(/([?&]password=)[^&]*/gi, '$1***')
