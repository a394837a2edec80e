/**
 * Where a follower of the log stands that does not wait for slow transactions. Everything up to the
 * cursor is done; what was read beyond it is noted, because a transaction that still runs (in any
 * database of the server) may yet add entries in between.
 */
export type Cursor = { epoch: number; tx: string; seq: number }
export type Place = { tx: string; seq: number }
export type Standing = Cursor & { ahead: readonly Place[] }

/**
 * @param read entries after the cursor, without those noted, in the order of the log
 * @param here the oldest transaction that still ran before they were read
 * @param isAll whether there was nothing more to read
 */
export function movedOn(
  before: Standing,
  read: readonly Place[],
  here: Cursor,
  isAll: boolean,
): Standing {
  const last = read.at(-1)
  const reached = isAll || !last ? here : { ...here, tx: last.tx, seq: last.seq }
  const cursor = isAfter(reached, here) ? here : reached
  const { epoch, tx, seq } = cursor
  const ahead = [...before.ahead, ...read].filter((one) => isAfter(one, cursor))
  return { epoch, tx, seq, ahead: ahead.map((one) => ({ tx: one.tx, seq: one.seq })) }
}

function isAfter(one: Place, other: Place): boolean {
  const [a, b] = [BigInt(one.tx), BigInt(other.tx)]
  return a === b ? one.seq > other.seq : a > b
}
