/**
 * How many rows a table has, and a sum over the hashes of all of them: the same whatever order they
 * are read in, another as soon as one of them differs.
 */
import { hash } from 'node:crypto'
import { type CatalogTable, selectAll } from './catalog.ts'
import { copyOut } from './copy.ts'
import type { Tx } from './tx.ts'

export type Tally = { rows: number; hash: string }

const LANES = 8

export function createTally() {
  const lanes = new Uint32Array(LANES)
  let rows = 0
  return {
    /** @param line a row as COPY writes it */
    add(line: Buffer): void {
      const digest = hash('sha256', line, 'buffer')
      for (let lane = 0; lane < LANES; lane += 1) {
        // The array keeps 32 bits of the sum.
        lanes[lane] = (lanes[lane] ?? 0) + digest.readUInt32LE(lane * 4)
      }
      rows += 1
    },
    read: (): Tally => ({ rows, hash: Buffer.from(lanes.buffer).toString('hex') }),
  }
}

/**
 * What COPY writes must not hang on how a server or a user is set up; for the rest of the
 * transaction.
 */
export const writeTheSameEverywhere = (tx: Tx) =>
  tx.query(`set local extra_float_digits = 1; set local intervalstyle = 'postgres';
    set local bytea_output = 'hex'; set local xmloption = 'content'`)

export async function tallyTable(tx: Tx, table: CatalogTable): Promise<Tally> {
  const tally = createTally()
  for await (const lines of copyOut(tx, selectAll(table))) for (const line of lines) tally.add(line)
  return tally.read()
}
