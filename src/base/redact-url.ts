const SECRET = /key|token|secret|signature|pass/i

/**
 * An address as it may be shown and stored: passwords and the values of secret parameters become `***`.
 *
 * So does the user of an http address, which may be a token; a database's stays, because it tells two databases apart.
 * What is no address at all is `***` as a whole.
 */
export function redactUrl(address: string | URL): string {
  const url = URL.parse(address)
  if (!url) return '***'
  const secrets = [...url.searchParams.keys()].filter((name) => SECRET.test(name))
  if (!url.username && !url.password && secrets.length === 0) return String(address)
  if (url.protocol.startsWith('http') && (url.username || url.password)) {
    url.username = '***'
    url.password = ''
  } else if (url.password) url.password = '***'
  for (const name of secrets) url.searchParams.set(name, '***')
  return url.href
}
