import type { Tx } from '../db/tx.ts'
import type { Id } from '../lib/id.ts'
import { type Instant, toIso } from '../lib/instant.ts'
import type { Answer } from './survey.ts'

export type Round = {
  id: Id
  teamId: Id
  quarter: string
  openedAt: Instant
  closesAt: Instant
}

const ROUND = `id, team_id as "teamId", quarter, opened_at as "openedAt", closes_at as "closesAt"`

export const listRounds = (tx: Tx, since: Instant): Promise<Round[]> =>
  tx.query<Round>(
    `select ${ROUND} from survey_rounds where closes_at > $1 order by closes_at, id`,
    [toIso(since)],
  )

/** One round a team and quarter, whoever opens it. */
export const openRound = (tx: Tx, round: Round): Promise<unknown> =>
  tx.query(
    `insert into survey_rounds (id, team_id, quarter, opened_at, closes_at) values ($1, $2, $3, $4, $5)
      on conflict (team_id, quarter) do nothing`,
    [round.id, round.teamId, round.quarter, toIso(round.openedAt), toIso(round.closesAt)],
  )

export const listTakers = (
  tx: Tx,
  roundIds: readonly Id[],
): Promise<{ roundId: Id; personId: Id }[]> =>
  tx.query(
    'select round_id as "roundId", person_id as "personId" from survey_takers where round_id = any($1::uuid[])',
    [roundIds],
  )

/** Who answered and what was answered are two rows that nothing joins. False: they had answered. */
export async function takeSurvey(
  tx: Tx,
  roundId: Id,
  personId: Id,
  answer: Answer,
): Promise<boolean> {
  const taken = await tx.query(
    'insert into survey_takers (round_id, person_id) values ($1, $2) on conflict do nothing returning 1',
    [roundId, personId],
  )
  if (taken.length === 0) return false
  await tx.query('insert into survey_answers (round_id, answers) values ($1, $2)', [
    roundId,
    JSON.stringify(answer),
  ])
  return true
}

/** In no order that tells when they came: rows are shuffled by the database. */
export const listAnswers = async (tx: Tx, roundId: Id): Promise<Answer[]> =>
  (
    await tx.query<{ answers: Answer }>(
      'select answers from survey_answers where round_id = $1 order by random()',
      [roundId],
    )
  ).map((row) => row.answers)
