/** A text without the folders of this machine: an absolute path that was not typed keeps its last part only. */
export function withoutFolders(text: string, typed: readonly string[]): string {
  return text.replaceAll(/(?<![\w.~/-])\/(?:[^\s/"'`,;:()]+\/)+([^\s/"'`,;:()]*)/g, (path, last: string) =>
    typed.some((one) => one.includes(path) || path.startsWith(one)) ? path : `…/${last}`,
  )
}
