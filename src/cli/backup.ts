export async function backupCommand(_file: string): Promise<string> {
  throw new Error('pending')
}
export async function restoreCommand(
  _file: string,
  _o: object,
  _c: (q: string) => Promise<boolean>,
): Promise<string> {
  throw new Error('pending')
}
