import { type Principal, visibleWhere } from '../access/can.ts'
import { table } from '../db/table.ts'
import type { Tx } from '../db/tx.ts'
import type { Id } from '../lib/id.ts'
import { type Instant, toIso } from '../lib/instant.ts'
import type { Obligation, Outcome, Owed, Owner } from './obligation.ts'

type Row = Omit<Obligation, 'subject' | 'owner' | 'proof' | 'remindedAt'> & {
  subjectKind: string
  subjectId: Id
  ownerKind: string
  ownerId: string
  proofAt: Instant | null
  proofRef: string | null
  remindedTwoThirdsAt: Instant | null
  remindedDueAt: Instant | null
  remindedOverdueAt: Instant | null
}

const OBLIGATIONS = table<Row>('obligations', {
  id: 'uuid',
  key: 'text',
  subjectKind: 'text',
  subjectId: 'uuid',
  rule: 'text',
  ownerKind: 'text',
  ownerId: 'text',
  supervisor: 'uuid',
  startedAt: 'timestamptz',
  due: 'timestamptz',
  proofAt: 'timestamptz',
  proofRef: 'text',
  outcome: 'text',
  openedAt: 'timestamptz',
  settledAt: 'timestamptz',
  waivedBy: 'uuid',
  waivedReason: 'text',
  droppedAt: 'timestamptz',
  remindedTwoThirdsAt: 'timestamptz',
  remindedDueAt: 'timestamptz',
  remindedOverdueAt: 'timestamptz',
  wakeAt: 'timestamptz',
  teamId: 'uuid',
  visibility: 'text',
  drillId: 'uuid',
  quarantine: 'text',
})

/** What somebody still has to do. What was missed is owed until it is done or its rule drops it. */
const IS_OWED = "outcome in ('open', 'missed') and dropped_at is null"

/**
 * Locks what `settle` has to know: what is open or missed of the subjects, and whatever has one of
 * the keys. In the order of their ids, so that two never wait for each other in a circle.
 * @param keys of the claims that are to be settled
 */
export async function findForSubjects(
  tx: Tx,
  subjects: readonly Owed[],
  keys: readonly string[],
): Promise<Obligation[]> {
  const rows = await tx.query<Row>(
    `select ${OBLIGATIONS.select} from obligations where id in (
        select id from obligations where ${IS_OWED}
          and (subject_kind, subject_id) in (select * from unnest($1::text[], $2::uuid[]))
        union all select id from obligations where key = any($3::text[]))
      order by id for update`,
    [subjects.map(({ kind }) => kind), subjects.map(({ id }) => id), keys],
  )
  return rows.map(decode)
}

/** What something of this kind is open of. */
export const findOpenSubjects = (tx: Tx, kind: Owed['kind']): Promise<Owed[]> =>
  tx.query<Owed>(
    `select distinct subject_kind as kind, subject_id as id from obligations
     where outcome = 'open' and dropped_at is null and subject_kind = $1 limit 5000`,
    [kind],
  )

/** Locks what has something to happen by now, the longest overdue first; leaves what others hold. */
export async function findDue(tx: Tx, max: number): Promise<Obligation[]> {
  const rows = await tx.query<Row>(
    `select ${OBLIGATIONS.select} from obligations where wake_at <= $1 and quarantine is null
      order by wake_at limit $2 for update skip locked`,
    [toIso(tx.now), max],
  )
  return rows.map(decode)
}

/** Locks one; null where there is none. */
export async function findObligation(tx: Tx, id: Id): Promise<Obligation | null> {
  const [row] = await tx.query<Row>(
    `select ${OBLIGATIONS.select} from obligations where id = $1 for update`,
    [id],
  )
  return row ? decode(row) : null
}

/** @throws unique violation of `key` where another has opened the same a moment earlier */
export async function saveObligations(tx: Tx, obligations: readonly Obligation[]): Promise<void> {
  if (obligations.length === 0) return
  await tx.query(OBLIGATIONS.upsert, OBLIGATIONS.values(obligations.map(encode)))
}

const OWED_MAX = 500

/**
 * What a person owes themself or through their teams, the most urgent first. What a role owes is
 * found with its subject, which knows who holds it.
 */
export async function listOwedBy(
  tx: Tx,
  personId: Id,
  teamIds: readonly Id[],
): Promise<Obligation[]> {
  const rows = await tx.query<Row>(
    `select ${OBLIGATIONS.select} from obligations where ${IS_OWED}
        and ((owner_kind = 'person' and owner_id = $1) or (owner_kind = 'team' and owner_id = any($2::text[])))
      order by due, id limit ${OWED_MAX}`,
    [personId, teamIds],
  )
  return rows.map(decode)
}

/** Everything that was or is owed for one subject, as far as it may be seen. */
export async function listForSubject(
  tx: Tx,
  who: Principal,
  { kind, id }: Owed,
): Promise<Obligation[]> {
  const visible = visibleWhere(who, 3)
  const rows = await tx.query<Row>(
    `select ${OBLIGATIONS.select} from obligations
      where subject_kind = $1 and subject_id = $2 and ${visible.text} order by due, id`,
    [kind, id, ...visible.values],
  )
  return rows.map(decode)
}

export type Compliance = {
  rule: string
  /** The worst that the incident was; null: what is owed is of no incident. */
  level: number | null
  outcome: Outcome
  /** Its rule asked for it no more before it was due: nobody kept it, and nobody waived it. */
  isLapsed: boolean
  count: number
}

/** Of a period [from, to), of one team or of all. */
export type Asked = { from: Instant; to: Instant; teamId: Id | null }

const PEAK = `(select min((one->>'level')::int) from incidents i, jsonb_array_elements(i.state->'levels') one
  where o.subject_kind = 'incident' and i.id = o.subject_id)`

/**
 * How what was due in the period came out, as far as it may be seen. Drills are practice: they count
 * in their own score.
 */
export function compliance(tx: Tx, who: Principal, asked: Asked): Promise<Compliance[]> {
  const visible = visibleWhere(who, 4, 'o.')
  return tx.query<Compliance>(
    `select rule, level, outcome, "isLapsed", count(*)::int as count from (
        select o.rule, ${PEAK} as level, o.outcome,
          o.outcome = 'waived' and o.waived_by is null as "isLapsed" from obligations o
        where o.due >= $1 and o.due < $2 and o.drill_id is null
          and ($3::uuid is null or o.team_id = $3) and ${visible.text}) counted
      group by rule, level, outcome, "isLapsed" order by rule, level, outcome`,
    [toIso(asked.from), toIso(asked.to), asked.teamId, ...visible.values],
  )
}

function encode({ subject, owner, proof, remindedAt, ...rest }: Obligation): Row {
  return {
    ...rest,
    subjectKind: subject.kind,
    subjectId: subject.id,
    ownerKind: owner.kind,
    ownerId: owner.id,
    proofAt: proof?.at ?? null,
    proofRef: proof?.ref ?? null,
    remindedTwoThirdsAt: remindedAt.twoThirds,
    remindedDueAt: remindedAt.due,
    remindedOverdueAt: remindedAt.overdue,
  }
}

function decode(row: Row): Obligation {
  const { subjectKind, subjectId, ownerKind, ownerId, proofAt, proofRef, ...more } = row
  const { remindedTwoThirdsAt, remindedDueAt, remindedOverdueAt, ...rest } = more
  return {
    ...rest,
    subject: { kind: subjectKind, id: subjectId },
    owner: { kind: ownerKind, id: ownerId } as Owner,
    proof: proofAt === null || proofRef === null ? null : { at: proofAt, ref: proofRef },
    remindedAt: {
      twoThirds: remindedTwoThirdsAt,
      due: remindedDueAt,
      overdue: remindedOverdueAt,
    },
  }
}
