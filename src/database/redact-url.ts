/** The URL without its password, fit for messages and logs. */
export const redactUrl = (url: string): string =>
  url.replace(/(\/\/[^:@/?\s]*):.*@/s, '$1:***@').replace(/([?&]password=)[^&]*/gi, '$1***')
