const SECRET = /key|token|secret|signature|password/i

/** An address that may be shown and stored: values of secret parameters and credentials become `***`. */
export function redactUrl(address: string | URL): string {
  const url = new URL(address)
  if (url.username || url.password) {
    url.username = '***'
    url.password = ''
  }
  for (const name of [...url.searchParams.keys()]) if (SECRET.test(name)) url.searchParams.set(name, '***')
  return url.href
}
