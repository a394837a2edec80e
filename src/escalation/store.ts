import { table } from '../db/table.ts'
import type { Tx } from '../db/tx.ts'
import type { Instant } from '../lib/instant.ts'
import { isRecord } from '../lib/json.ts'
import { type Decoded, isCount, isListOf, isText } from '../lib/shape.ts'
import type { Ladder, Step, Target } from './ladder.ts'

export type LadderRow = Omit<Ladder, 'steps'> & {
  steps: unknown
  managedBy: string | null
  retiredAt: Instant | null
}

const LADDERS = table<LadderRow>('ladders', {
  id: 'uuid',
  slug: 'text',
  name: 'text',
  teamId: 'uuid',
  steps: 'jsonb',
  repeat: 'int4',
  acknowledgementTimeoutMs: 'int8',
  managedBy: 'text',
  retiredAt: 'timestamptz',
})

export const listLadders = (tx: Tx): Promise<LadderRow[]> =>
  tx.query<LadderRow>(
    `select ${LADDERS.select} from ladders where retired_at is null order by slug`,
  )

const KINDS: readonly unknown[] = ['person', 'schedule', 'team'] satisfies Target['kind'][]

export const isTarget = (value: unknown): value is Target =>
  isRecord(value) && KINDS.includes(value.kind) && isText(value.id)

const isStep = (value: unknown): value is Step =>
  isRecord(value) && isListOf(value.targets, isTarget) && isCount(value.waitMs)

/** A ladder as stored, or what is wrong with it: with a step missing it would page out of turn. */
export function decodeLadder({ managedBy: _, retiredAt: __, ...row }: LadderRow): Decoded<Ladder> {
  const { steps } = row
  if (!isListOf(steps, isStep)) return { value: null, wrong: ['a step cannot be read'] }
  if (!isCount(row.repeat)) return { value: null, wrong: ['`repeat` cannot be read'] }
  return { value: { ...row, steps }, wrong: [] }
}

export async function saveLadders(
  tx: Tx,
  ladders: readonly Ladder[],
  managedBy: string | null,
): Promise<void> {
  if (ladders.length === 0) return
  const rows = ladders.map((ladder) => ({ ...ladder, managedBy, retiredAt: null }))
  await tx.query(LADDERS.upsert, LADDERS.values(rows))
}
