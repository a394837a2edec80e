/**
 * The sections of `allclear.yaml` as plain values: the form in which a file and what is stored are
 * compared. References are slugs, durations and local times are what people write.
 */
import { parseDuration } from '../lib/duration.ts'
import type { Weekday } from '../lib/windows.ts'
import type { Role } from '../people/person.ts'
import type { PolicyForm, SeatWord } from '../severity/form.ts'
import type { Definition } from '../slo/definition.ts'

/**
 * A secret: compared, never shown. `hidden` is null where the file asks for a `variable` that is
 * not set: what is stored stays.
 */
export type Hidden = {
  readonly hidden: string | null
  readonly variable?: string
  readonly hint?: string
}

export const isHidden = (value: unknown): value is Hidden =>
  value !== null && typeof value === 'object' && 'hidden' in value

/** A local date, `2026-12-25`. */
export type HolidayForm = { date: string; name: string }
export type CalendarForm = {
  id: string
  name: string
  /** Days of the week on which nobody works. */
  weekend: Weekday[]
  holidays: HolidayForm[]
}

/** Besides `id` and `kind`, the fields that the contact's channel describes. */
export type ContactForm = { id: string; kind: string } & Record<string, unknown>
export type RuleForm = { after: string; use: string }
export type RulesForm = { high: RuleForm[] | null; low: RuleForm[] | null }
export type PersonForm = {
  id: string
  name: string
  email: string | null
  timezone: string
  locale: string
  role: Role
  calendar: string | null
  contacts: ContactForm[]
  rules: RulesForm | null
}

export type TeamForm = { id: string; name: string; lead: string | null; members: string[] }

export type WindowForm = { days: Weekday[]; from: string; to: string }
export type RotationForm = {
  id: string
  /** One name, or several who take the turn together. */
  people: (string | string[])[]
  every: string
  handoff: {
    day: Weekday | null
    date: number | null
    time: string
    calendar: string | null
  }
  starts: string
  ends: string | null
  only: WindowForm[]
}
/** Times on the schedule's own wall: `2026-12-24T10:00`. */
export type OverrideForm = {
  person: string
  from: string
  to: string
  replaces: string | null
  /** Null: `replace`. */
  kind: 'replace' | 'add' | 'remove' | null
}
export type ShadowForm = { person: string; from: string; to: string }
export type ScheduleForm = {
  id: string
  name: string
  team: string | null
  timezone: string
  /** When a change of the rotations takes effect, on the schedule's own wall; null: when it is applied. */
  effective: string | null
  /** How long whoever takes over has to accept the hand-off. */
  accept_handoff: string | null
  rotations: RotationForm[]
  overrides: OverrideForm[]
  shadows: ShadowForm[]
}

/** `page` holds `person:…`, `schedule:…` and `team:…`. */
export type StepForm = { page: string[]; wait: string }
export type LadderForm = {
  id: string
  name: string
  team: string | null
  steps: StepForm[]
  repeat: number
  acknowledgement_timeout: string | null
}

export type ServiceForm = {
  id: string
  name: string
  team: string | null
  tier: number | null
  escalation: string | null
  urgency: 'high' | 'low' | 'bySeverity'
  group_by: string[] | null
  pause: string
  repository: string | null
  channel: string | null
  runbook: string | null
  depends_on: string[]
  /** For its team, for those it pages, and for admins. */
  private: boolean
}

/** `key` hides the SHA-256 of the key, in hexadecimal; `hint` is its end. */
export type SourceForm = {
  id: string
  name: string
  kind: string
  service: string | null
  team: string | null
  key: Hidden | null
  ignore_labels: string[]
}

export type RouteForm = {
  id: string
  /** Tried for what comes in for this team only. */
  team: string | null
  when: string
  service: string | null
  urgency: 'high' | 'low' | null
  escalation: string | null
  group_by: string[] | null
  pause: string | null
}

export type MetricsForm = {
  id: string
  name: string
  kind: string
  url: string
  username: string | null
  password: Hidden | null
  token: Hidden | null
  tenant: string | null
}

export type ObjectiveForm = {
  id: string
  name: string
  service: string
  team: string | null
} & Definition

/** What is null here is left as it is stored. */
export type OrganisationForm = { name: string | null; fallback: string[] | null }

/** Settings by the kind of the channel. */
export type ChannelsForm = Record<string, Record<string, unknown>>

/** A group of the provider, and the role or the team that it is here. */
export type OidcForm = {
  issuer: string
  client_id: string
  client_secret: Hidden | null
  scopes: string[]
  groups_claim: string
  roles: Record<string, Role>
  teams: Record<string, string>
  create_people: boolean
  label: string
}
export type SignInForm = {
  oidc: OidcForm | null
  local: 'everyone' | 'admins'
  totp: 'optional' | 'admins'
}

/** Who sits on a seat of the framework: `person:maria`, `schedule:…`, `team:…`. */
export type SeatsForm = Record<SeatWord, string | null>
export type PolicyFileForm = PolicyForm & { bind: SeatsForm }

/** Everything there is. */
export type Whole = {
  organisation: { name: string; fallback: string[] }
  calendars: CalendarForm[]
  people: PersonForm[]
  teams: TeamForm[]
  schedules: ScheduleForm[]
  escalations: LadderForm[]
  services: ServiceForm[]
  sources: SourceForm[]
  /** In the order in which they are tried. */
  routes: RouteForm[]
  metrics: MetricsForm[]
  objectives: ObjectiveForm[]
  channels: ChannelsForm
  sign_in: SignInForm
  policy: PolicyFileForm
}

export type Section = keyof Whole

/** In the order in which they are written: what is referred to comes first. */
export const SECTIONS = [
  'organisation',
  'calendars',
  'people',
  'teams',
  'schedules',
  'escalations',
  'services',
  'sources',
  'routes',
  'metrics',
  'objectives',
  'channels',
  'sign_in',
  'policy',
] as const satisfies readonly Section[]

/** Sections that hold things with an id. */
export type ListSection = Exclude<Section, 'organisation' | 'channels' | 'sign_in' | 'policy'>
export const isListSection = (section: Section): section is ListSection =>
  !['organisation', 'channels', 'sign_in', 'policy'].includes(section)
export const LIST_SECTIONS = SECTIONS.filter(isListSection)

/** What a thing of a section is called in a sentence. */
export const NOUN: Readonly<Record<Section, string>> = {
  organisation: 'organisation',
  calendars: 'calendar',
  people: 'person',
  teams: 'team',
  schedules: 'schedule',
  escalations: 'ladder',
  services: 'service',
  sources: 'source',
  routes: 'route',
  metrics: 'source of metrics',
  objectives: 'objective',
  channels: 'channel',
  sign_in: 'sign-in',
  policy: 'policy',
}

/** A file. A section that it leaves out is null and stays as it is; an empty one is empty. */
export type FileForm = {
  [Name in Section]: (Name extends 'organisation' ? OrganisationForm : Whole[Name]) | null
}

/** `person:maria` → its parts. */
export function splitTarget(text: string): { kind: 'person' | 'schedule' | 'team'; slug: string } {
  const at = text.indexOf(':')
  return { kind: text.slice(0, at) as 'person', slug: text.slice(at + 1) }
}

/** The form holds only durations that were read. */
export const msOf = (text: string): number => parseDuration(text) ?? 0
