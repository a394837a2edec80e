/** What is unhealthy about a ladder: too many layers for its people, and steps that lead nowhere new. */
import type { Directory } from '../directory/directory.ts'
import type { Ladder, Target } from '../escalation/ladder.ts'
import type { Id } from '../lib/id.ts'
import { whyUnused } from '../people/contact.ts'
import type { Person } from '../people/person.ts'
import {
  type HealthFinding,
  inMinutes,
  type ScheduleView,
  spell,
  type Stretch,
  subjectOf,
  type View,
} from './health-view.ts'

/** Nobody should be on call for more than a quarter of the time. */
const SHARE_MAX_PERCENT = 25

export function loadShare(ladder: Ladder, view: View): HealthFinding[] {
  const layers = schedulesOf(
    ladder.steps.flatMap((step) => step.targets),
    view,
  )
  const people = new Set(layers.flatMap((layer) => layer.members.map((one) => one.id))).size
  if (people === 0 || layers.length * 100 <= SHARE_MAX_PERCENT * people) return []
  const share = Math.round((layers.length / people) * 1_000) / 10
  const all = people === 1 ? '1 person carries' : `${people} people carry`
  const needed = (layers.length * 100) / SHARE_MAX_PERCENT
  return [
    {
      rule: 'loadShare',
      subject: subjectOf('escalation', ladder),
      sentence: `${all} the ${layers.length === 1 ? 'one schedule' : `${layers.length} schedules`} of \`${ladder.slug}\`: ${people === 1 ? 'they are' : 'each is'} on call ${share} % of the time, more than ${SHARE_MAX_PERCENT} %`,
      wayOut: `share it among ${needed} people, or let fewer schedules stand on the ladder`,
      from: null,
      to: null,
    },
  ]
}

function schedulesOf(targets: readonly Target[], view: View): ScheduleView[] {
  const ids = targets.filter((one) => one.kind === 'schedule').map((one) => one.id)
  return [...new Set(ids)].flatMap((id) => view.schedules.get(id) ?? [])
}

type Clash = Stretch & { person: Person; lower: ScheduleView; upper: ScheduleView; step: number }

/** The same schedule on both steps was meant so: it is paged a second time. */
export function primaryIsSecondary(view: View): HealthFinding[] {
  const met = new Map<string, Clash | null>()
  const meet = (lower: ScheduleView, upper: ScheduleView): Clash | null => {
    const key = `${lower.schedule.id} ${upper.schedule.id}`
    const before = met.get(key)
    if (before !== undefined) return before
    const found = firstClash(lower, upper, view)
    met.set(key, found)
    return found
  }
  return [...view.directory.ladders.values()].flatMap((ladder): HealthFinding[] => {
    const steps = ladder.steps.map((step) => schedulesOf(step.targets, view))
    const clashes = steps.slice(1).flatMap((uppers, step) =>
      (steps[step] ?? []).flatMap((lower) =>
        uppers.flatMap((upper) => {
          const clash = lower === upper ? null : meet(lower, upper)
          return clash === null ? [] : [{ ...clash, step: step + 1 }]
        }),
      ),
    )
    const [first] = clashes.sort((a, b) => a.from - b.from)
    return first ? [clashFinding(ladder, first, view)] : []
  })
}

function clashFinding(ladder: Ladder, clash: Clash, view: View): HealthFinding {
  const { person, lower, upper, step } = clash
  return {
    rule: 'primaryIsSecondary',
    subject: subjectOf('escalation', ladder),
    sentence: `${person.name} is on call in \`${lower.schedule.slug}\` and in \`${upper.schedule.slug}\`, steps ${step} and ${step + 1} of \`${ladder.slug}\`, ${spell(clash, lower.schedule.timezone, view)}: whoever did not answer is paged again`,
    wayOut: `let somebody else cover \`${upper.schedule.slug}\` then`,
    from: clash.from,
    to: clash.to,
  }
}

function firstClash(lower: ScheduleView, upper: ScheduleView, view: View): Clash | null {
  let first: Clash | null = null
  for (const [personId, stretches] of lower.stretches) {
    const person = view.directory.people.get(personId)
    const both = firstOverlap(stretches, upper.stretches.get(personId) ?? [])
    if (person && both && (!first || both.from < first.from))
      first = { ...both, person, lower, upper, step: 0 }
  }
  return first
}

function firstOverlap(some: readonly Stretch[], others: readonly Stretch[]): Stretch | null {
  let a = 0
  let b = 0
  for (let one = some[a], other = others[b]; one && other; one = some[a], other = others[b]) {
    const from = Math.max(one.from, other.from)
    const to = Math.min(one.to, other.to)
    if (from < to) return { from, to }
    if (one.to <= other.to) a += 1
    else b += 1
  }
  return null
}

/** Where a person is given the least time: the climb moves on from this step after `waitMs`. */
type Place = { ladder: Ladder; step: number; waitMs: number }

const SENT = { call: 'call', push: 'push', text: 'text', quiet: 'message' } as const

/** Own rules only: the defaults are made to be cut off. Each item once, on the ladder that leaves least time. */
export function overtaken(view: View): HealthFinding[] {
  const { rules } = view.facts
  return [...shortestPlaces(view)].flatMap(([personId, { ladder, step, waitMs }]) => {
    const person = view.directory.people.get(personId)
    return (person?.rules?.high ?? []).flatMap(({ contact: slug, afterMs }): HealthFinding[] => {
      const contact = person?.contacts.find((one) => one.slug === slug)
      if (!person || !contact || afterMs < waitMs || whyUnused(contact, rules) !== null) return []
      const loudness = rules.loudness(contact.kind) ?? 'quiet'
      const never = loudness === 'call' ? 'will never ring' : 'will never be sent'
      return [
        {
          rule: 'overtaken',
          subject: subjectOf('person', person),
          sentence: `the climb of \`${ladder.slug}\` moves on from step ${step + 1} at ${inMinutes(waitMs)}, ${person.name}'s ${SENT[loudness]} (\`${slug}\`) at ${inMinutes(afterMs)} ${never}`,
          wayOut: `let the step wait longer than ${inMinutes(afterMs)}, or use \`${slug}\` sooner`,
          from: null,
          to: null,
        },
      ]
    })
  })
}

function shortestPlaces(view: View): Map<Id, Place> {
  const targets = new Map<string, { target: Target; place: Place }>()
  for (const ladder of view.directory.ladders.values()) {
    ladder.steps.forEach(({ targets: paged, waitMs }, step) => {
      for (const target of paged) {
        const key = `${target.kind} ${target.id}`
        const known = targets.get(key)
        if (!known || waitMs < known.place.waitMs)
          targets.set(key, { target, place: { ladder, step, waitMs } })
      }
    })
  }
  const places = new Map<Id, Place>()
  for (const { target, place } of targets.values()) {
    for (const id of reachedBy(target, view)) {
      const known = places.get(id)
      if (!known || place.waitMs < known.waitMs) places.set(id, place)
    }
  }
  return places
}

/** Everybody whom a target leads to within the weeks, or will by its rotations. */
function reachedBy(target: Target, { directory, schedules }: View): Iterable<Id> {
  if (target.kind === 'person') return [target.id]
  if (target.kind === 'team') return teamOf(target.id, directory)
  const schedule = schedules.get(target.id)
  const rotating = schedule?.rotating.map((one) => one.id) ?? []
  return new Set([...rotating, ...(schedule?.stretches.keys() ?? [])])
}

const teamOf = (id: Id, directory: Directory): readonly Id[] =>
  directory.teams.get(id)?.memberIds ?? []
