import { z } from '@hono/zod-openapi'
import { PersonRef, Time } from '../../contract/views.ts'
import type { Tx } from '../../db/tx.ts'
import type { Directory } from '../../directory/directory.ts'
import { withoutHidden } from '../../directory/seen.ts'
import type { HealthFinding } from '../../foresee/health.ts'
import { DAY, HOUR, type Instant, toIso } from '../../lib/instant.ts'
import { invalid } from '../../lib/problem.ts'
import { formatDateTime, formatTime } from '../../lib/zone.ts'
import { planAt } from '../../oncall/amend.ts'
import { compare } from '../../oncall/compare.ts'
import { listCalendars, listHolidays } from '../../oncall/holiday-store.ts'
import type { OnDuty, Schedule } from '../../oncall/schedule.ts'
import { type Shift, shiftsBetween, stints, whoIsOnCall } from '../../oncall/shifts.ts'
import { editSchedule } from '../../plan/edit.ts'
import { momentIn } from '../moment.ts'
import { personName, personRef, ref } from '../present.ts'
import { type Call, type Reply, type Route, route } from '../route.ts'
import { healthOf } from '../schedule-health.ts'
import { lookUp } from './alerts.ts'

const Slug = z.string().max(64)
const Moment = z.string().max(60)
const ofSchedule = { params: z.object({ id: Slug }) }

const ShiftView = z
  .object({
    from: Time,
    to: Time,
    people: z.array(z.object({ person: PersonRef.nullable(), why: z.string() })),
  })
  .openapi('Shift')

const FindingView = z
  .object({
    rule: z.string(),
    sentence: z.string(),
    wayOut: z.string(),
    from: Time.nullable(),
    to: Time.nullable(),
  })
  .openapi('ScheduleFinding')

const whyOf = (one: OnDuty, directory: Directory): string => {
  const { why } = one
  if (why.kind === 'rotation') return `rotation ${why.rotation}`
  if (why.isBesides) return 'besides'
  return why.replaces === null ? 'override' : `for ${personName(directory, why.replaces)}`
}

const toShiftView = (shift: Shift, directory: Directory) => ({
  from: toIso(shift.from),
  to: toIso(shift.to),
  people: shift.people.map((one) => ({
    person: personRef(directory, one.personId),
    why: whyOf(one, directory),
  })),
})

const finite = (at: Instant): string | null => (Number.isFinite(at) ? toIso(at) : null)

const list = route({
  method: 'get',
  path: '/api/v1/schedules',
  summary: 'Schedules, who is on call and who is next',
  policy: { needs: 'read' },
  reply: z
    .object({ schedules: z.array(z.record(z.string(), z.unknown())) })
    .openapi('ScheduleList'),
  handle: ({ read }) =>
    read(async (tx, directory) => ({
      body: {
        schedules: [...directory.schedules.values()].map((one) => cardOf(one, directory, tx.now)),
      },
    })),
})

const LOOKED_AHEAD_MS = 60 * DAY

function cardOf(schedule: Schedule, directory: Directory, now: Instant) {
  const onCall = whoIsOnCall(schedule, now)
  // As people live it: a change of the reason alone is not a change of who is on call.
  const next = stints(shiftsBetween(schedule, now, now + LOOKED_AHEAD_MS)).slice(0, 8)
  const until = next[0]?.to ?? onCall.until
  return {
    id: schedule.id,
    slug: schedule.slug,
    name: schedule.name,
    timezone: schedule.timezone,
    team: ref(directory.teams, schedule.teamId),
    now: {
      people: onCall.people.map((one) => ({
        ...personRef(directory, one.personId),
        localTime: formatTime(now, directory.people.get(one.personId)?.timezone ?? 'UTC'),
        why: whyOf(one, directory),
      })),
      until: until >= now + LOOKED_AHEAD_MS ? null : finite(until),
      reason: onCall.reason,
    },
    shadows: onCall.shadows.map((id) => personRef(directory, id)),
    next: next.map((shift) => ({
      from: toIso(shift.from),
      to: toIso(shift.to),
      local: formatDateTime(shift.from, schedule.timezone),
      people: shift.people.map((one) => personRef(directory, one.personId)),
    })),
  }
}

const WEEKS_SHOWN = 4
const SHOWN_MS_MAX = 120 * DAY

const one = route({
  method: 'get',
  path: '/api/v1/schedules/{id}',
  summary: 'One schedule: its shifts, rotations, overrides, and what is wrong with it',
  policy: { needs: 'read' },
  ...ofSchedule,
  query: z.object({ from: Moment.optional(), to: Moment.optional() }).strict(),
  reply: z
    .object({
      schedule: z.record(z.string(), z.unknown()),
      from: Time,
      to: Time,
      shifts: z.array(ShiftView),
      rotations: z.array(z.object({ id: z.string(), shifts: z.array(ShiftView) })),
      overrides: z.array(z.record(z.string(), z.unknown())),
      findings: z.array(FindingView),
      managedBy: z.string().nullable(),
    })
    .openapi('ScheduleDetail'),
  handle: ({ read, caller, params, query, deps }) =>
    read(async (tx, directory, whole) => {
      const schedule = lookUp(directory.schedules, params.id, 'schedule')
      const from = momentIn(query.from ?? 'now', 'from', tx.now, schedule.timezone)
      const to = query.to
        ? momentIn(query.to, 'to', tx.now, schedule.timezone)
        : from + WEEKS_SHOWN * 7 * DAY
      if (to <= from || to - from > SHOWN_MS_MAX)
        throw invalid('to', 'Ask for more than nothing and at most 120 days.')
      const [row] = await tx.query<{ managedBy: string | null }>(
        'select managed_by as "managedBy" from schedules where id = $1',
        [schedule.id],
      )
      const plan = planAt(schedule, from)
      const findings = withoutHidden(await healthOf(tx, whole, deps), [whole], caller.who)
      const calendars = new Map((await listCalendars(tx)).map((one) => [one.id, one.slug]))
      return {
        body: {
          schedule: {
            ...cardOf(schedule, directory, tx.now),
            rotations: schedule.rotations.map((rotation) => ({
              ...rotation,
              handoff: {
                ...rotation.handoff,
                calendar: calendars.get(rotation.handoff.calendar?.calendarId ?? '') ?? null,
              },
              turns: rotation.turns.map((turn) => turn.map((id) => personRef(directory, id))),
            })),
            versions: schedule.earlier.map((version) => toIso(version.until)),
          },
          from: toIso(from),
          to: toIso(to),
          shifts: stints(shiftsBetween(schedule, from, to)).map((shift) =>
            toShiftView(shift, directory),
          ),
          rotations: plan.rotations.map((rotation) => ({
            id: rotation.id,
            shifts: shiftsBetween(
              { ...schedule, ...plan, rotations: [rotation], earlier: [], overrides: [] },
              from,
              to,
            )
              .filter((shift) => shift.people.length > 0)
              .map((shift) => toShiftView(shift, directory)),
          })),
          overrides: schedule.overrides
            .filter((override) => override.from < to && override.to > from)
            .sort((a, b) => a.from - b.from)
            .map((override) => ({
              id: override.id,
              kind: override.kind,
              person: personRef(directory, override.personId),
              replaces: personRef(directory, override.replaces),
              from: toIso(override.from),
              to: toIso(override.to),
            })),
          findings: findings
            .filter((finding) => concerns(finding, schedule))
            .map((finding) => ({
              rule: finding.rule,
              sentence: finding.sentence,
              wayOut: finding.wayOut,
              from: finding.from === null ? null : toIso(finding.from),
              to: finding.to === null ? null : finite(finding.to),
            })),
          managedBy: row?.managedBy ?? null,
        },
      }
    }),
})

/** About the schedule, or about somebody in it: a sentence names the schedules it speaks of. */
const concerns = (finding: HealthFinding, schedule: Pick<Schedule, 'id' | 'slug'>): boolean =>
  finding.subject.id === schedule.id || finding.sentence.includes(`\`${schedule.slug}\``)

const EditBody = z.object({ schedule: z.record(z.string(), z.unknown()) }).strict()
const PREVIEW_MS = 8 * 7 * DAY

const PreviewView = z
  .object({
    sentence: z.string(),
    people: z.array(
      z.object({
        person: PersonRef.nullable(),
        shifts: z.number().int(),
        hours: z.number(),
        gains: z.array(z.string()),
        loses: z.array(z.string()),
      }),
    ),
    shifts: z.array(ShiftView),
    findings: z.array(FindingView),
  })
  .openapi('SchedulePreview')

async function edit(
  { read, deps, caller, params, body }: Call<{ id: string }, never, z.infer<typeof EditBody>>,
  isTrial: boolean,
): Promise<Reply> {
  return read(async (tx) => {
    const daysOf = await holidaysOf(tx)
    const edited = await editSchedule(tx, caller, params.id, body.schedule, { isTrial }, deps.plan)
    const { directory } = edited
    const differences = compare(edited.before, edited.after, tx.now, tx.now + PREVIEW_MS, daysOf)
    const people = differences.map((one) => ({
      person: personRef(directory, one.personId),
      shifts: one.shifts,
      hours: Math.round(one.ms / HOUR),
      gains: [...one.gains],
      loses: [...one.loses],
    }))
    const told = withoutHidden(await healthOf(tx, directory, deps), [directory], caller.who)
    const findings = told.filter((finding) => concerns(finding, edited.after))
    return {
      body: {
        sentence: people.map(differenceSentence).join(', ') || 'Nothing changes for anybody.',
        people,
        shifts: stints(shiftsBetween(edited.after, tx.now, tx.now + PREVIEW_MS)).map((shift) =>
          toShiftView(shift, directory),
        ),
        findings: findings.map((finding) => ({
          rule: finding.rule,
          sentence: finding.sentence,
          wayOut: finding.wayOut,
          from: finding.from === null ? null : toIso(finding.from),
          to: finding.to === null ? null : finite(finding.to),
        })),
      },
    }
  })
}

/** "Asha +1 shift, Ben loses Christmas Day". */
function differenceSentence(one: {
  person: { name: string } | null
  shifts: number
  hours: number
  gains: readonly string[]
  loses: readonly string[]
}): string {
  const name = one.person?.name ?? 'somebody'
  const sign = (count: number): string => (count > 0 ? `+${count}` : `−${-count}`)
  const parts = [
    ...(one.shifts === 0
      ? []
      : [`${sign(one.shifts)} ${Math.abs(one.shifts) === 1 ? 'shift' : 'shifts'}`]),
    ...(one.shifts === 0 && one.hours !== 0 ? [`${sign(one.hours)} h`] : []),
    ...one.gains.map((day) => `works ${day}`),
    ...one.loses.map((day) => `is free on ${day}`),
  ]
  return `${name} ${parts.join(', ')}`
}

async function holidaysOf(tx: Tx) {
  const known = await listHolidays(tx)
  return (personId: string) => known.get(personId) ?? []
}

const preview = route({
  method: 'post',
  path: '/api/v1/schedules/{id}/preview',
  summary: 'What an edit of a schedule would change in the next eight weeks',
  policy: { needs: 'configure' },
  ...ofSchedule,
  body: EditBody,
  reply: PreviewView,
  handle: (call) => edit(call as never, true),
})

const save = route({
  method: 'put',
  path: '/api/v1/schedules/{id}',
  summary: 'Edit a schedule; what has been stays as it was',
  policy: { needs: 'configure' },
  ...ofSchedule,
  body: EditBody,
  reply: PreviewView,
  handle: (call) => edit(call as never, false),
})

export const scheduleRoutes: readonly Route[] = [list, one, preview, save]
