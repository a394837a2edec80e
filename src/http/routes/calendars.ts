import { z } from '@hono/zod-openapi'
import { hashOf, makeSecret } from '../../access/secret.ts'
import { Id, Ref, Time } from '../../contract/views.ts'
import type { Directory } from '../../directory/directory.ts'
import { act, allow } from '../../engine/act.ts'
import { readCalendar } from '../../ical/read.ts'
import { type FeedEvent, writeCalendar } from '../../ical/write.ts'
import { DAY, type Instant, toIso } from '../../lib/instant.ts'
import { invalid, notFound } from '../../lib/problem.ts'
import { parseWhen } from '../../foresee/when.ts'
import {
  addCalendarLink,
  addFeed,
  type CalendarLink,
  deleteFeed,
  listCalendarLinks,
  listFeeds,
  revokeCalendarLink,
  useCalendarLink,
} from '../../oncall/calendar-store.ts'
import { deleteAbsence, findAbsence, listAbsences, saveAbsences } from '../../oncall/cover-store.ts'
import type { Schedule } from '../../oncall/schedule.ts'
import { shiftsBetween } from '../../oncall/shifts.ts'
import { note } from '../audit.ts'
import { personRef, ref } from '../present.ts'
import { type Caller, type Route, route } from '../route.ts'
import { lookUp } from './alerts.ts'

const BEHIND_MS = 31 * DAY
const AHEAD_MS = 184 * DAY

/** Whose calendar it is; a token that stands for nobody has none. */
function own(caller: Caller): string {
  if (caller.who.personId === null) throw notFound('person')
  return caller.who.personId
}

/** No content of alerts: who is on call, and where to look. */
export function feedOf(
  directory: Directory,
  link: Pick<CalendarLink, 'personId' | 'scheduleId'>,
  now: Instant,
  url: string,
): string {
  const schedules = [...directory.schedules.values()].filter(
    (one) => link.scheduleId === null || one.id === link.scheduleId,
  )
  const person = directory.people.get(link.personId)
  const schedule = link.scheduleId === null ? null : directory.schedules.get(link.scheduleId)
  return writeCalendar({
    name: schedule ? `On call: ${schedule.name}` : `On call: ${person?.name ?? ''}`,
    url,
    now,
    events: schedules.flatMap((one) =>
      eventsOf(one, directory, link.scheduleId === null ? link.personId : null, now),
    ),
  })
}

function eventsOf(
  schedule: Schedule,
  directory: Directory,
  only: string | null,
  now: Instant,
): FeedEvent[] {
  return shiftsBetween(schedule, now - BEHIND_MS, now + AHEAD_MS).flatMap((shift) =>
    shift.people
      .filter((one) => only === null || one.personId === only)
      .map(({ personId }) => {
        const name = directory.people.get(personId)?.name ?? 'somebody'
        return {
          uid: `${schedule.id}-${shift.from}-${personId}@allclear`,
          from: shift.from,
          to: shift.to,
          summary: only === null ? `${name}: ${schedule.name}` : `On call: ${schedule.name}`,
          // Known to change with its versions only; times and people are in the rest.
          updatedAt: Math.max(
            0,
            ...schedule.earlier.map((one) => one.until).filter((at) => at <= now),
          ),
        }
      }),
  )
}

const LinkView = z
  .object({ id: Id, schedule: Ref.nullable(), createdAt: Time, usedAt: Time.nullable() })
  .openapi('CalendarLink')

const links: readonly Route[] = [
  route({
    method: 'get',
    path: '/cal/{token}',
    summary: 'A calendar to subscribe to (iCalendar)',
    policy: { public: 'needs the secret of a calendar address' },
    params: z.object({ token: z.string().max(100) }),
    reply: null,
    handle: ({ read, params, deps }) =>
      read(async (tx, directory) => {
        const link = await useCalendarLink(tx, hashOf(params.token.replace(/\.ics$/, '')))
        if (!link || !directory.people.has(link.personId)) throw notFound('calendar')
        return {
          text: feedOf(directory, link, tx.now, `${deps.publicUrl}/on-call`),
          headers: {
            'content-type': 'text/calendar; charset=utf-8',
            'cache-control': 'no-store',
            'referrer-policy': 'no-referrer',
          },
        }
      }),
  }),
  route({
    method: 'get',
    path: '/api/v1/calendar-links',
    summary: 'My calendar addresses; the secret itself is shown once',
    policy: { signedIn: true },
    reply: z.object({ links: z.array(LinkView) }).openapi('CalendarLinkList'),
    handle: ({ read, caller }) =>
      read(async (tx, directory) => ({
        body: {
          links: (await listCalendarLinks(tx, own(caller))).map((one) => ({
            id: one.id,
            schedule: ref(directory.schedules, one.scheduleId),
            createdAt: toIso(one.createdAt),
            usedAt: one.usedAt === null ? null : toIso(one.usedAt),
          })),
        },
      })),
  }),
  route({
    method: 'post',
    path: '/api/v1/calendar-links',
    summary: 'Make an address for a calendar program: my shifts, or those of a schedule',
    policy: { signedIn: true },
    body: z.object({ schedule: z.string().max(64).optional() }).strict(),
    reply: z.object({ id: Id, url: z.string() }).openapi('CalendarLinkMade'),
    handle: (call) =>
      call.read(async (tx, directory) => {
        const { caller, body, deps } = call
        const personId = own(caller)
        const secret = makeSecret('cal')
        const id = deps.tools.makeId(tx.now)
        await addCalendarLink(tx, {
          id,
          tokenHash: hashOf(secret),
          personId,
          scheduleId: body.schedule
            ? lookUp(directory.schedules, body.schedule, 'schedule').id
            : null,
        })
        await note(tx, call, { action: 'calendarLink.made', object: ['calendarLink', id] })
        return { status: 201, body: { id, url: `${deps.publicUrl}/cal/${secret}.ics` } }
      }),
  }),
  route({
    method: 'delete',
    path: '/api/v1/calendar-links/{id}',
    summary: 'Revoke a calendar address, at once',
    policy: { signedIn: true },
    params: z.object({ id: Id }),
    reply: z.object({}),
    handle: (call) =>
      call.read(async (tx) => {
        const { caller, params } = call
        if (!(await revokeCalendarLink(tx, params.id, own(caller)))) throw notFound('calendar')
        await note(tx, call, { action: 'calendarLink.ended', object: ['calendarLink', params.id] })
        return { body: {} }
      }),
  }),
]

const AWAY_MS_MAX = 370 * DAY

const absences: readonly Route[] = [
  route({
    method: 'post',
    path: '/api/v1/absences',
    summary: 'Say when one is away; it warns, and changes nobody’s shift',
    policy: { signedIn: true },
    body: z
      .object({
        person: z.string().max(64).optional(),
        from: z.string().max(60),
        to: z.string().max(60),
        note: z.string().max(200).optional(),
      })
      .strict(),
    reply: z.object({ id: Id, from: Time, to: Time }).openapi('AbsenceMade'),
    handle: (call) =>
      call.read(async (tx, directory) => {
        const { caller, body, deps } = call
        const personId = body.person
          ? lookUp(directory.people, body.person, 'person').id
          : own(caller)
        allow(caller.who, 'self', { personId })
        const zone = directory.people.get(personId)?.timezone ?? 'UTC'
        const at = (text: string, field: string): Instant => {
          const found = parseWhen(text.length === 10 ? `${text} 00:00` : text, tx.now, zone)
          if (found === null) throw invalid(field, `\`${text}\` is not a moment or a date.`)
          return found
        }
        const [fromAt, toAt] = [at(body.from, 'from'), at(body.to, 'to')]
        if (toAt <= fromAt) throw invalid('to', 'It ends before it begins.')
        if (toAt - fromAt > AWAY_MS_MAX) throw invalid('to', 'It is longer than a year.')
        const id = deps.tools.makeId(tx.now)
        await saveAbsences(tx, [
          { id, personId, fromAt, toAt, note: body.note ?? '', feedId: null, createdAt: tx.now },
        ])
        await note(tx, call, {
          action: 'absence.added',
          object: ['absence', id],
          detail: { person: personId, from: toIso(fromAt), to: toIso(toAt) },
        })
        return { status: 201, body: { id, from: toIso(fromAt), to: toIso(toAt) } }
      }),
  }),
  route({
    method: 'delete',
    path: '/api/v1/absences/{id}',
    summary: 'Take an absence back',
    policy: { signedIn: true },
    params: z.object({ id: Id }),
    reply: z.object({}),
    handle: (call) =>
      call.read(async (tx) => {
        const { caller, params } = call
        const found = await findAbsence(tx, params.id)
        if (!found) throw notFound('absence')
        allow(caller.who, 'self', { personId: found.personId })
        await deleteAbsence(tx, params.id)
        await note(tx, call, {
          action: 'absence.removed',
          object: ['absence', params.id],
          detail: {
            person: found.personId,
            before: { from: toIso(found.fromAt), to: toIso(found.toAt) },
          },
        })
        return { body: {} }
      }),
  }),
  route({
    method: 'get',
    path: '/api/v1/calendar-feeds',
    summary: 'Calendars that are read for when I am away',
    policy: { signedIn: true },
    reply: z
      .object({
        feeds: z.array(
          z.object({
            id: Id,
            host: z.string(),
            readAt: Time.nullable(),
            problem: z.string().nullable(),
          }),
        ),
      })
      .openapi('CalendarFeedList'),
    handle: ({ read, caller, deps }) =>
      read(async (tx) => ({
        body: {
          feeds: (await listFeeds(tx, own(caller))).map((one) => ({
            id: one.id,
            // The address is a secret: its host is enough to know it by.
            host: new URL(deps.sealer.unseal(one.url)).host,
            readAt: one.readAt === null ? null : toIso(one.readAt),
            problem: one.problem,
          })),
        },
      })),
  }),
  route({
    method: 'post',
    path: '/api/v1/calendar-feeds',
    summary: 'Read a calendar for when I am away, every six hours',
    policy: { signedIn: true },
    body: z.object({ url: z.string().max(2_048) }).strict(),
    reply: z.object({ id: Id }),
    handle: (call) =>
      call.read(async (tx) => {
        const { caller, body, deps } = call
        const url = body.url.replace(/^webcal:/i, 'https:')
        if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol))
          throw invalid('url', 'Write an address that begins with https://.')
        const personId = own(caller)
        if ((await listFeeds(tx, personId)).length >= 5)
          throw invalid('url', 'Five calendars are the most.')
        const id = deps.tools.makeId(tx.now)
        await addFeed(tx, { id, personId, url: deps.sealer.seal(url) })
        await note(tx, call, { action: 'calendarFeed.added', object: ['calendarFeed', id] })
        return { status: 201, body: { id } }
      }),
  }),
  route({
    method: 'delete',
    path: '/api/v1/calendar-feeds/{id}',
    summary: 'Stop reading a calendar, and forget what it said',
    policy: { signedIn: true },
    params: z.object({ id: Id }),
    reply: z.object({}),
    handle: (call) =>
      call.read(async (tx) => {
        const { caller, params } = call
        if (!(await deleteFeed(tx, params.id, own(caller)))) throw notFound('calendar')
        await note(tx, call, {
          action: 'calendarFeed.removed',
          object: ['calendarFeed', params.id],
        })
        return { body: {} }
      }),
  }),
]

const IMPORTED_MAX = 500

const absencesRoute = route({
  method: 'get',
  path: '/api/v1/absences',
  summary: 'Who is away, now and later',
  policy: { needs: 'read' },
  reply: z.object({ absences: z.array(z.record(z.string(), z.unknown())) }).openapi('AbsenceList'),
  handle: ({ read }) =>
    read(async (tx, directory) => ({
      body: {
        absences: (await listAbsences(tx)).map((one) => ({
          id: one.id,
          person: personRef(directory, one.personId),
          from: toIso(one.fromAt),
          to: toIso(one.toAt),
          note: one.note,
          isFromFeed: one.feedId !== null,
        })),
      },
    })),
})

const importRota = route({
  method: 'post',
  path: '/api/v1/schedules/{id}/import',
  summary: 'Take over a rota from a calendar file: each event is an override for whom it names',
  policy: { needs: 'schedule' },
  params: z.object({ id: z.string().max(64) }),
  body: z
    .object({ text: z.string().max(2 * 1024 * 1024), dryRun: z.boolean().optional() })
    .strict(),
  reply: z
    .object({
      taken: z.array(z.object({ person: z.string(), from: Time, to: Time })),
      problems: z.array(z.string()),
    })
    .openapi('RotaImport'),
  async handle({ read, deps, caller, params, body, requestId }) {
    const found = await read(async (tx, directory) => {
      const schedule = lookUp(directory.schedules, params.id, 'schedule')
      allow(caller.who, 'schedule', { teamId: schedule.teamId })
      const { events, problems } = readCalendar(body.text, {
        from: tx.now,
        to: tx.now + 370 * DAY,
        max: IMPORTED_MAX,
        zone: schedule.timezone,
      })
      const taken = events.flatMap((one) => {
        const person = personIn(one.summary, directory)
        if (!person) problems.push(`nobody here is called \`${one.summary}\``)
        return person
          ? [
              {
                personId: person.id,
                name: person.name,
                from: Math.max(one.from, tx.now),
                to: one.to,
              },
            ]
          : []
      })
      if (events.length === 0 && problems.length === 0)
        problems.push('the calendar holds nothing in the year to come')
      return {
        scheduleId: schedule.id,
        taken,
        problems: [...new Set(problems)].slice(0, 50),
      }
    })
    if (!body.dryRun && found.taken.length > 0) {
      await act(
        deps,
        { actor: caller.actor, who: caller.who, requestId },
        { verb: 'importRota', scheduleId: found.scheduleId, shifts: found.taken },
      )
    }
    return {
      body: {
        taken: found.taken.map((one) => ({
          person: one.name,
          from: toIso(one.from),
          to: toIso(one.to),
        })),
        problems: found.problems,
      },
    }
  },
})

/** By name, slug or e-mail, as other programs write it: "Ana Kovac", "On call: ana", "ana@example.com (primary)". */
function personIn(summary: string, directory: Directory) {
  const text = ` ${summary.toLowerCase().replace(/[^\p{L}\p{N}@._-]+/gu, ' ')} `
  const hits = [...directory.people.values()].filter((person) =>
    [person.name, person.slug, person.email ?? '']
      .filter((one) => one !== '')
      .some((one) => text.includes(` ${one.toLowerCase()} `)),
  )
  // Two people in one line are a guess; a guess pages the wrong person.
  return hits.length === 1 && hits[0] ? personRef(directory, hits[0].id) : null
}

export const calendarRoutes: readonly Route[] = [...links, absencesRoute, ...absences, importRota]
