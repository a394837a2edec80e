import { z } from '@hono/zod-openapi'
import { PersonRef, Ref } from '../../contract/views.ts'
import type { Tx } from '../../db/tx.ts'
import type { Directory } from '../../directory/directory.ts'
import { DAY, HOUR, type Instant, MINUTE, toIso } from '../../lib/instant.ts'
import { invalid } from '../../lib/problem.ts'
import { toWall } from '../../lib/zone.ts'
import { interruptions, type Rung } from '../../load/pages.ts'
import { payHours, toCsv } from '../../load/pay.ts'
import { needsRelief, whoCouldRelieve } from '../../load/relief.ts'
import { restAfter } from '../../load/rest.ts'
import { listRungs } from '../../load/store.ts'
import { heldIn, type PersonLoad, summarise } from '../../load/summary.ts'
import type { Homes } from '../../load/stretch.ts'
import { parseWhen } from '../../foresee/when.ts'
import { listHolidays } from '../../oncall/holiday-store.ts'
import { listAbsences } from '../../oncall/cover-store.ts'
import { personRef, ref } from '../present.ts'
import { type Caller, type Route, route } from '../route.ts'
import { lookUp } from './alerts.ts'

const Bands = z.object({ sleep: z.number(), off: z.number(), business: z.number() })
const PersonLoadView = z
  .object({
    person: PersonRef.nullable(),
    pages: z.number().int(),
    pagesByBand: Bands,
    pagesInSevenDays: z.number().int(),
    isOverloaded: z.boolean(),
    hours: z.number(),
    hoursByBand: Bands,
    weeksInARow: z.number().int(),
    overload: z.number().describe('0.25: a quarter more hours than the mean of the team'),
    restUntil: z.string().nullable().describe('After a night of work: not before then'),
    relief: z.array(PersonRef).nullable().describe('Had too much; these had quiet days'),
  })
  .openapi('PersonLoad')

const Range = { from: z.string().max(60).optional(), to: z.string().max(60).optional() }
const RANGE_MS_MAX = 400 * DAY
const DEFAULT_MS = 28 * DAY

function rangeOf(
  query: { from?: string; to?: string },
  now: Instant,
  zone: string,
): { from: Instant; to: Instant } {
  const at = (text: string, field: string): Instant => {
    const read = parseWhen(text, now, zone)
    if (read === null) throw invalid(field, `\`${text}\` is not a moment.`)
    return read
  }
  const to = query.to === undefined ? now : at(query.to, 'to')
  const from = query.from === undefined ? to - DEFAULT_MS : at(query.from, 'from')
  if (to <= from || to - from > RANGE_MS_MAX)
    throw invalid('to', 'Ask for more than nothing and at most 400 days.')
  return { from, to }
}

export async function homesOf(tx: Tx, directory: Directory): Promise<Homes> {
  const days = new Map(
    [...(await listHolidays(tx))].map(([id, holidays]) => [
      id,
      new Set(holidays.map((day) => day.date)),
    ]),
  )
  return {
    zoneOf: (personId) => directory.people.get(personId)?.timezone ?? 'UTC',
    holidaysOf: (personId) => days.get(personId) ?? NO_DAYS,
  }
}
const NO_DAYS: ReadonlySet<string> = new Set()

const inHours = (of: Record<'sleep' | 'off' | 'business', number>) => ({
  sleep: Math.round(of.sleep / HOUR),
  off: Math.round(of.off / HOUR),
  business: Math.round(of.business / HOUR),
})

const toView = (
  load: PersonLoad,
  directory: Directory,
  more: { restUntil: Instant | null; relief: readonly string[] | null },
) => ({
  person: personRef(directory, load.personId),
  pages: load.pages,
  pagesByBand: load.pagesByBand,
  pagesInSevenDays: load.pagesInSevenDays,
  isOverloaded: load.isOverloaded,
  hours: Math.round(load.ms / HOUR),
  hoursByBand: inHours(load.msByBand),
  weeksInARow: load.weeksInARow,
  overload: Math.round(load.overload * 100) / 100,
  restUntil: more.restUntil === null ? null : toIso(more.restUntil),
  relief:
    more.relief === null
      ? null
      : more.relief.map((id) => personRef(directory, id)).filter((one) => one !== null),
})

/** Named figures are for those who answer for a team, and for oneself. */
const mayName = (caller: Caller, directory: Directory, teamId: string): boolean =>
  caller.who.role === 'admin' ||
  (caller.who.personId !== null && directory.teams.get(teamId)?.leadId === caller.who.personId)

/** Those who worked in the night just past, and until when they should rest. */
function restsNow(
  rungs: readonly Rung[],
  zoneOf: (personId: string) => string,
  now: Instant,
): Map<string, Instant> {
  // An alert that was acknowledged was worked on at least until then.
  const worked = rungs.flatMap((one) =>
    one.acknowledgedAt === null || one.at < now - DAY
      ? []
      : [{ personId: one.personId, from: one.at, to: one.acknowledgedAt, severity: 3 }],
  )
  return new Map(
    restAfter(worked, zoneOf)
      .filter((one) => one.until > now)
      .map((one) => [one.personId, one.until]),
  )
}

const load = route({
  method: 'get',
  path: '/api/v1/load',
  summary: 'What on-call costs: one’s own figures, and those of teams',
  policy: { needs: 'read' },
  query: z.object({ ...Range, team: z.string().max(64).optional() }).strict(),
  reply: z
    .object({
      from: z.string(),
      to: z.string(),
      me: PersonLoadView.nullable(),
      teams: z.array(
        z.object({
          team: Ref.nullable(),
          size: z.number().int(),
          pages: z.number().int(),
          sleepPages: z.number().int(),
          overloaded: z.number().int(),
          balance: z.number(),
          people: z.array(PersonLoadView).nullable().describe('For the lead and admins only'),
        }),
      ),
    })
    .openapi('Load'),
  handle: ({ read, query, caller }) =>
    read(async (tx, directory) => {
      const { from, to } = rangeOf(query, tx.now, caller.timezone)
      const homes = await homesOf(tx, directory)
      const rungs = await listRungs(tx, Math.min(from, to - 8 * DAY), to)
      const all = interruptions(rungs, homes)
      const within = all.filter((one) => one.at >= from)
      const facts = { from, to, now: to, homes }
      const schedules = [...directory.schedules.values()]
      const rest = restsNow(rungs, homes.zoneOf, tx.now)
      const away = new Set(
        (await listAbsences(tx)).filter((one) => one.fromAt <= tx.now).map((one) => one.personId),
      )
      const me = caller.who.personId
      const own = me === null ? null : summarise([me], within, schedules, facts).people[0]
      const teams = query.team
        ? [lookUp(directory.teams, query.team, 'team')]
        : [...directory.teams.values()]
      return {
        body: {
          from: toIso(from),
          to: toIso(to),
          me: own
            ? toView(own, directory, {
                restUntil: rest.get(own.personId) ?? null,
                relief: null,
              })
            : null,
          teams: teams.map((team) => {
            const found = summarise(
              team.memberIds,
              within,
              schedules.filter((one) => one.teamId === team.id),
              facts,
            )
            const named = found.people
              .map((one) =>
                toView(one, directory, {
                  restUntil: rest.get(one.personId) ?? null,
                  relief: needsRelief(one) ? whoCouldRelieve(one, found.people, away) : null,
                }),
              )
              .toSorted((a, b) => ((a.person?.name ?? '') < (b.person?.name ?? '') ? -1 : 1))
            return {
              team: ref(directory.teams, team.id),
              size: team.memberIds.length,
              pages: found.pages,
              sleepPages: found.sleepPages,
              overloaded: found.people.filter((one) => one.isOverloaded).length,
              balance: Math.round(found.balance * 1_000) / 1_000,
              people: mayName(caller, directory, team.id) ? named : null,
            }
          }),
        },
      }
    }),
})

const Rate = z.coerce.number().int().min(0).max(1_000_000)
const pay = route({
  method: 'get',
  path: '/api/v1/load/pay',
  summary: 'Hours on call for pay, as CSV',
  policy: { needs: 'administer' },
  query: z
    .object({
      ...Range,
      weekday: Rate.optional().describe('Minor units (cents) an hour'),
      weekend: Rate.optional(),
      holiday: Rate.optional(),
      schedule: z.string().max(64).optional(),
    })
    .strict(),
  reply: null,
  handle: ({ read, query }) =>
    read(async (tx, directory) => {
      const { from, to } = rangeOf(query, tx.now, 'UTC')
      const schedules = query.schedule
        ? [lookUp(directory.schedules, query.schedule, 'schedule')]
        : [...directory.schedules.values()]
      const rows = payHours({
        ...(await homesOf(tx, directory)),
        shifts: heldIn(schedules, from, to),
        rates: {
          weekday: query.weekday ?? 0,
          weekend: query.weekend ?? query.weekday ?? 0,
          holiday: query.holiday ?? query.weekend ?? query.weekday ?? 0,
        },
        from,
        to,
      })
      return {
        text: toCsv(rows, (id) => directory.people.get(id)?.name ?? id),
        headers: {
          'content-type': 'text/csv; charset=utf-8',
          'content-disposition': `attachment; filename="on-call-${dateOf(from)}-to-${dateOf(to)}.csv"`,
        },
      }
    }),
})

const dateOf = (at: Instant): string =>
  new Date(Math.floor(toWall(at, 'UTC') / MINUTE) * MINUTE).toISOString().slice(0, 10)

export const loadRoutes: readonly Route[] = [load, pay]
