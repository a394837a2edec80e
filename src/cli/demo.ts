export async function demo(_o: { isFast: boolean }): Promise<number> {
  throw new Error('pending')
}
