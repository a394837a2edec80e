/**
 * Takes over an on-call document of the shape that the seed has: one schedule with its hand-off, the
 * rules for its participants, and a ladder of named levels. It becomes a file of ours, with people
 * to be filled in where the document names none, and with everything said in which the document
 * contradicts itself or common practice. The numbers (E17 …) are those of the method's list.
 */
import { parseDocument, stringify } from 'yaml'
import { isRecord } from '../lib/json.ts'
import { DAY, HOUR, MINUTE, SECOND } from '../lib/instant.ts'
import { formatTime, fromWall, isZone, parseWall } from '../lib/zone.ts'
import { openDocument } from './document.ts'

export type Contradiction = { id: string; sentence: string; used: string }
export type Imported =
  | { ok: true; yaml: string; contradictions: Contradiction[]; left: string[] }
  | { ok: false; sentence: string }

export type ImportOptions = {
  /** Ids of those who take turns; left out: as many placeholders as the document asks for at least. */
  people?: readonly string[]
  /** What a level of the ladder means here: `engineering-manager` → `person:emma`. */
  bind?: Readonly<Record<string, string>>
}

const TEXT_MAX = 1024 * 1024

/** @param text the Markdown document with its YAML in a fence, or the YAML alone */
export function importOnCall(text: string, options: ImportOptions = {}): Imported {
  if (text.length > TEXT_MAX) return refuse('The document is larger than 1 MiB.')
  const found = blocks(text).find((block) => /^schedule:/m.test(block))
  if (found === undefined)
    return refuse('There is no `schedule:` in it, neither in a fence of YAML nor as it is.')
  const opened = openDocument(found)
  if (!opened.ok) {
    const [first] = opened.mistakes
    return refuse(`Line ${first?.line}: ${first?.sentence}`)
  }
  const value: unknown = parseDocument(found).toJS({ maxAliasCount: 50 })
  const schedule = isRecord(value) && isRecord(value.schedule) ? value.schedule : null
  if (!schedule) return refuse('`schedule:` has to be a mapping.')
  return convert(schedule, found, options)
}

const refuse = (sentence: string): Imported => ({ ok: false, sentence })

/** Fences of YAML in Markdown; a text without any is taken as YAML. */
function blocks(text: string): string[] {
  const fences = [...text.matchAll(/^```ya?ml[^\n]*\n([\s\S]*?)^```/gm)].map((hit) => hit[1] ?? '')
  return fences.length > 0 ? fences : [text]
}

const EVERY: Readonly<Record<string, string>> = {
  daily: '1d',
  weekly: '1w',
  biweekly: '2w',
  monthly: '1mo',
}
const KNOWN = new Set([
  'name',
  'timezone',
  'rotation_type',
  'handoff_time',
  'handoff_day',
  'participants',
  'escalation_policy',
  'compensation',
  'health_metrics',
])

type Level = { target: string; waitMs: number | null }

function convert(
  schedule: Readonly<Record<string, unknown>>,
  source: string,
  options: ImportOptions,
): Imported {
  const name = String(schedule.name ?? 'on-call')
  const zone = String(schedule.timezone ?? 'UTC')
  const time = String(schedule.handoff_time ?? '10:00')
  const every = EVERY[String(schedule.rotation_type ?? 'weekly')]
  if (!isZone(zone)) return refuse(`There is no time zone \`${zone}\`.`)
  if (!/^([01]\d|2[0-3]):[0-5]\d$/.test(time))
    return refuse(`\`handoff_time\`: \`${time}\` is not a time of day such as 10:00.`)
  if (!every)
    return refuse(
      `\`rotation_type\`: \`${String(schedule.rotation_type)}\` is none of ${Object.keys(EVERY).join(', ')}.`,
    )
  const levels = levelsOf(schedule.escalation_policy)
  if (typeof levels === 'string') return refuse(levels)
  const participants = isRecord(schedule.participants) ? schedule.participants : {}
  const least = whole(participants.min_rotation_size) ?? 4
  const people = options.people?.length
    ? [...options.people]
    : Array.from({ length: least }, (_, index) => `engineer-${index + 1}`)
  const slug = slugOf(name)
  const second = `${slug.replace(/-primary$/, '')}-secondary`
  const hasSecond = levels.some((level) => /secondary/.test(level.target))
  const rotation = (turns: readonly string[]) => ({
    id: 'turns',
    people: turns,
    every,
    handoff: {
      ...(every.endsWith('w') ? { day: String(schedule.handoff_day ?? 'monday') } : {}),
      time,
    },
    starts: '2026-01-05',
  })
  const bound = (target: string): string =>
    options.bind?.[target] ??
    (/secondary/.test(target)
      ? `schedule:${second}`
      : /primary/.test(target)
        ? `schedule:${slug}`
        : `person:${slugOf(target)}`)
  const named = new Set(levels.map((level) => bound(level.target)).flatMap(personOf))
  const ids = [...new Set([...people, ...named])]
  const file = {
    people: ids.map((id) => ({ id, name: id, contacts: [] })),
    schedules: [
      { id: slug, timezone: zone, rotations: [rotation(people)] },
      // The one who had it last week is the second this week: a turn later in the same order.
      ...(hasSecond
        ? [
            {
              id: second,
              timezone: zone,
              rotations: [rotation([...people.slice(-1), ...people.slice(0, -1)])],
            },
          ]
        : []),
    ],
    escalations: [
      {
        id: slug,
        steps: levels.map((level) => ({
          page: [bound(level.target)],
          ...(level.waitMs ? { wait: spanOf(level.waitMs) } : {}),
        })),
      },
    ],
  }
  const left = Object.keys(schedule)
    .filter((key) => !KNOWN.has(key))
    .map((key) => `\`${key}\` is not known and was left out.`)
  if (!options.people?.length)
    left.push(
      `Nobody is named: ${people.length} placeholders (${people[0]} …) stand in for people.`,
    )
  for (const id of named)
    left.push(`\`${id}\` is a placeholder too: bind it to somebody, or give it a contact.`)
  const head = `# From an on-call document. People have no contacts yet: nothing can be paged.\n`
  return {
    ok: true,
    yaml: head + stringify(file, { lineWidth: 120 }),
    contradictions: contradictions({ schedule, source, levels, zone, time, least, hasSecond }),
    left,
  }
}

const personOf = (target: string): string[] => {
  const slug = /^person:(.+)$/.exec(target)?.[1]
  return slug === undefined ? [] : [slug]
}

function levelsOf(value: unknown): Level[] | string {
  if (!Array.isArray(value) || value.length === 0)
    return '`escalation_policy` has to be a list of levels.'
  if (value.length > 50) return '`escalation_policy` has more than 50 levels.'
  const levels: Level[] = []
  for (const [index, one] of value.entries()) {
    const at = `\`escalation_policy[${index}]\``
    if (!isRecord(one) || typeof one.target !== 'string') return `${at} needs a \`target\`.`
    const waitMs = one.timeout === undefined ? null : spanMs(one.timeout)
    if (one.timeout !== undefined && waitMs === null)
      return `${at}: \`${String(one.timeout)}\` is not a duration such as 5_minutes.`
    levels.push({ target: one.target, waitMs })
  }
  return levels
}

const UNITS: Readonly<Record<string, number>> = {
  second: SECOND,
  minute: MINUTE,
  hour: HOUR,
  day: DAY,
  week: 7 * DAY,
}

/** `5_minutes`, `2 weeks`, `0`. */
function spanMs(value: unknown): number | null {
  if (value === 0) return 0
  const hit = /^(\d{1,4})[_ ]?(second|minute|hour|day|week)s?$/.exec(String(value))
  return hit ? Number(hit[1]) * (UNITS[hit[2] ?? ''] ?? 0) : null
}

const spanOf = (ms: number): string =>
  ms % HOUR === 0 ? `${ms / HOUR}h` : ms % MINUTE === 0 ? `${ms / MINUTE}m` : `${ms / SECOND}s`

const whole = (value: unknown): number | null =>
  typeof value === 'number' && Number.isInteger(value) && value > 0 && value <= 200 ? value : null

const slugOf = (name: string): string =>
  name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 60) || 'on-call'

type Read = {
  schedule: Readonly<Record<string, unknown>>
  source: string
  levels: readonly Level[]
  zone: string
  time: string
  least: number
  hasSecond: boolean
}

/** Each looks at what the document says, so that a document without the mistake is not told of it. */
function contradictions(read: Read): Contradiction[] {
  const { schedule, levels, zone, time, least, hasSecond } = read
  const metrics = isRecord(schedule.health_metrics) ? schedule.health_metrics : {}
  const found: Contradiction[] = []
  const last = levels.at(-1)
  const reachedMs = levels.slice(0, -1).reduce((sum, level) => sum + (level.waitMs ?? 0), 0)
  if (last && /^(vp|cto|chief|executive)/.test(last.target) && reachedMs > 0) {
    found.push({
      id: 'E17',
      sentence: `The ladder reaches \`${last.target}\` after ${reachedMs / MINUTE} minutes; a SEV1 wants them told at once, and a primary who misses the page already breaks the five minutes.`,
      used: 'A SEV1 pages levels 1 and 2 together and tells leaders at once; the ladder is for pages that nobody acknowledges.',
    })
  }
  const exceed = metrics.alert_if_pages_exceed
  if (metrics.track_pages_per_shift === true && typeof exceed === 'number') {
    found.push({
      id: 'E20',
      sentence: `Pages are tracked by the shift, and the alert at ${exceed} is meant by the week.`,
      used: `Two figures: an alert above ${exceed} in seven days, and a target below ${exceed} a week.`,
    })
  }
  const layers = hasSecond ? 2 : 1
  const share = layers / least
  if (share > 0.25) {
    found.push({
      id: 'E21',
      sentence: `${least} people for ${layers} layers: each is on call ${Math.round(share * 100)} % of the time, more than a quarter.`,
      used: `${least} is the least for each layer; a share above 25 % warns. ${layers * 4} people would bring it to a quarter.`,
    })
  }
  const wall = parseWall('2026-01-05', time) ?? 0
  const far = FAR_ZONES.filter((one) => {
    const hour = Number(formatTime(fromWall(wall, zone), one).slice(0, 2))
    return hour < 9 || hour >= 17
  })
  if (far.length > 0 && /business hours/i.test(read.source)) {
    const [one = ''] = far
    found.push({
      id: 'E22',
      sentence: `A hand-off at ${time} ${zone} is not during business hours everywhere: it is ${formatTime(fromWall(wall, zone), one)} in ${one}.`,
      used: 'Hand-offs are looked at in the zone of each participant.',
    })
  }
  if (metrics.track_mttr_per_engineer === true) {
    found.push({
      id: 'E23',
      sentence:
        'Time to recover is tracked for each engineer, which ranks people by luck and goes against blamelessness.',
      used: 'Nobody is ranked: people see their own figures, others see the team’s.',
    })
  }
  if (last?.waitMs === 0) {
    found.push({
      id: 'E28',
      sentence: `The last level waits 0, “immediate”: as a delay it would mean to go on at once, and there is nothing to go on to.`,
      used: 'The last level is paged when it is reached; then the ladder ends or begins again.',
    })
  }
  return found
}

/** Where people who are paged live, one for each third of the world. */
const FAR_ZONES = ['America/Los_Angeles', 'Asia/Tokyo', 'Australia/Sydney']
