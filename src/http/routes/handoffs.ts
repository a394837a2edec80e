import { z } from '@hono/zod-openapi'
import { ActedView, Id, PersonRef, Ref, Time } from '../../contract/views.ts'
import { DAY, toIso } from '../../lib/instant.ts'
import { notFound, Problem } from '../../lib/problem.ts'
import { type Answer, GRADES, ITEMS, scoreOf } from '../../load/survey.ts'
import { listAnswers, listRounds, listTakers, takeSurvey } from '../../load/survey-store.ts'
import { numbersOf } from '../../incidents/store.ts'
import { owedWords } from '../../notify/notice.ts'
import { listOwedBy } from '../../obligations/store.ts'
import { listHandoffs } from '../../oncall/handoff-store.ts'
import { perform } from '../acting.ts'
import { personRef, ref } from '../present.ts'
import { type Route, route } from '../route.ts'
import { lookUp } from './alerts.ts'

const HandoffView = z
  .object({
    id: Id,
    schedule: Ref.nullable(),
    at: Time,
    status: z.enum(['open', 'accepted', 'overdue']),
    dueAt: Time,
    outgoing: z.array(PersonRef),
    incoming: z.array(PersonRef),
    note: z.string(),
    watch: z.string(),
    acceptedBy: PersonRef.nullable(),
    acceptedAt: Time.nullable(),
    mayAccept: z.boolean(),
    mayWrite: z.boolean(),
  })
  .openapi('Handoff')

const handoffs: readonly Route[] = [
  route({
    method: 'get',
    path: '/api/v1/handoffs',
    summary: 'Hand-offs: the note, and whether it was accepted',
    policy: { needs: 'read' },
    query: z.object({ schedule: z.string().max(64).optional() }).strict(),
    reply: z.object({ handoffs: z.array(HandoffView) }).openapi('HandoffList'),
    handle: ({ read, query, caller }) =>
      read(async (tx, directory) => {
        const scheduleId = query.schedule
          ? lookUp(directory.schedules, query.schedule, 'schedule').id
          : null
        const me = caller.who.personId
        const people = (ids: readonly string[]) =>
          ids.map((id) => personRef(directory, id)).filter((one) => one !== null)
        return {
          body: {
            handoffs: (await listHandoffs(tx, scheduleId, 50)).map((one) => ({
              id: one.id,
              schedule: ref(directory.schedules, one.scheduleId),
              at: toIso(one.at),
              status: one.status,
              dueAt: toIso(one.dueAt),
              outgoing: people(one.outgoing),
              incoming: people(one.incoming),
              note: one.note,
              watch: one.watch,
              acceptedBy: personRef(directory, one.acceptedBy),
              acceptedAt: one.acceptedAt === null ? null : toIso(one.acceptedAt),
              mayAccept: one.status !== 'accepted' && me !== null && one.incoming.includes(me),
              mayWrite: caller.who.role === 'admin' || (me !== null && one.outgoing.includes(me)),
            })),
          },
        }
      }),
  }),
  route({
    method: 'post',
    path: '/api/v1/handoffs/{id}/accept',
    summary: 'I have read it, and I have the pager',
    policy: { signedIn: true },
    params: z.object({ id: Id }),
    reply: ActedView,
    async handle({ deps, caller, params, requestId }) {
      if (caller.who.personId === null) throw notFound('hand-off')
      return perform(
        { deps, caller, requestId },
        { verb: 'acceptHandoff', handoffId: params.id, personId: caller.who.personId },
      )
    },
  }),
  route({
    method: 'put',
    path: '/api/v1/handoffs/{id}/watch',
    summary: 'What the next one should watch',
    policy: { signedIn: true },
    params: z.object({ id: Id }),
    body: z.object({ text: z.string().max(4_000) }).strict(),
    reply: ActedView,
    async handle({ deps, caller, params, body, requestId }) {
      if (caller.who.personId === null && caller.who.role !== 'admin') throw notFound('hand-off')
      return perform(
        { deps, caller, requestId },
        { verb: 'noteHandoff', handoffId: params.id, text: body.text },
      )
    },
  }),
]

const OwedView = z
  .object({
    id: Id,
    rule: z.string(),
    label: z.string().describe('As one would say it'),
    incident: z.string().nullable().describe('`INC-12`, where it is owed of one'),
    subject: z.object({ kind: z.string(), id: z.string() }),
    due: Time,
    outcome: z.enum(['open', 'met', 'late', 'missed', 'waived']),
  })
  .openapi('Obligation')

const owed = route({
  method: 'get',
  path: '/api/v1/owed',
  summary: 'What I owe, and by when',
  policy: { signedIn: true },
  reply: z.object({ owed: z.array(OwedView) }).openapi('OwedList'),
  handle: ({ read, caller }) =>
    read(async (tx) => {
      const { personId, teamIds } = caller.who
      const owed = personId === null ? [] : await listOwedBy(tx, personId, teamIds)
      const ids = owed.flatMap(({ subject }) => (subject.kind === 'incident' ? [subject.id] : []))
      const numbers = await numbersOf(tx, ids)
      return {
        body: {
          owed: owed.map((one) => ({
            id: one.id,
            rule: one.rule,
            label: owedWords(one),
            incident: numbers.get(one.subject.id) ?? null,
            subject: one.subject,
            due: toIso(one.due),
            outcome: one.outcome,
          })),
        },
      }
    }),
})

const Grade = z.number().int().min(1).max(5)
const Answers = z
  .object({
    prepared: Grade,
    supported: Grade,
    actionable: Grade,
    rest: Grade,
    fair: Grade,
    authority: Grade,
    overall: Grade,
  })
  .strict()

const survey: readonly Route[] = [
  route({
    method: 'get',
    path: '/api/v1/survey',
    summary: 'The on-call survey: what is asked of me, and what came out',
    policy: { signedIn: true },
    reply: z
      .object({
        items: z.array(z.string()),
        grades: z.array(z.number()),
        rounds: z.array(
          z.object({
            id: Id,
            team: Ref.nullable(),
            quarter: z.string(),
            closesAt: Time,
            isOpen: z.boolean(),
            isMine: z.boolean(),
            hasAnswered: z.boolean(),
            answered: z.number().int(),
            size: z.number().int(),
            score: z
              .record(z.string(), z.unknown())
              .nullable()
              .describe('Once it is closed, and from five answers on'),
          }),
        ),
      })
      .openapi('Survey'),
    handle: ({ read, caller }) =>
      read(async (tx, directory) => {
        const rounds = await listRounds(tx, tx.now - 400 * DAY)
        const takers = await listTakers(
          tx,
          rounds.map((one) => one.id),
        )
        const me = caller.who.personId
        const shown = await Promise.all(
          rounds.map(async (round) => {
            const team = directory.teams.get(round.teamId)
            const isOpen = round.closesAt > tx.now
            const took = takers.filter((one) => one.roundId === round.id)
            return {
              id: round.id,
              team: ref(directory.teams, round.teamId),
              quarter: round.quarter,
              closesAt: toIso(round.closesAt),
              isOpen,
              isMine: me !== null && (team?.memberIds.includes(me) ?? false),
              hasAnswered: took.some((one) => one.personId === me),
              answered: took.length,
              size: team?.memberIds.length ?? 0,
              score: isOpen ? null : scoreOf(await listAnswers(tx, round.id)),
            }
          }),
        )
        return { body: { items: [...ITEMS], grades: [...GRADES], rounds: shown } }
      }),
  }),
  route({
    method: 'post',
    path: '/api/v1/survey/{id}',
    summary: 'Answer the survey; nothing joins who answered with what was answered',
    policy: { signedIn: true },
    params: z.object({ id: Id }),
    body: Answers,
    reply: z.object({}),
    handle: ({ read, caller, params, body }) =>
      read(async (tx, directory) => {
        const me = caller.who.personId
        const round = (await listRounds(tx, tx.now)).find((one) => one.id === params.id)
        const isMember =
          me !== null && round && directory.teams.get(round.teamId)?.memberIds.includes(me)
        if (!round || !isMember) throw notFound('survey')
        if (!(await takeSurvey(tx, round.id, me, body as Answer)))
          throw new Problem('conflict', 'alreadyAnswered', 'You have answered this quarter.')
        return { body: {} }
      }),
  }),
]

export const handoffRoutes: readonly Route[] = [...handoffs, owed, ...survey]
