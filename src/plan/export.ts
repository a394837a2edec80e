/** What is stored, written as the file that apply reads back to no changes. */
import { REPLICA_LABELS } from './form-services.ts'
import { Document, isMap, isScalar, isSeq, type Node, type Pair, visit } from 'yaml'
import { type Principal, refusal } from '../access/can.ts'
import type { Tx } from '../db/tx.ts'
import type { PlanDeps } from './deps.ts'
import { readStored, storedWhole } from './draft.ts'
import { isSame } from './changes.ts'
import {
  isHidden,
  LIST_SECTIONS,
  type ObjectiveForm,
  type PolicyFileForm,
  type SignInForm,
  type Whole,
} from './form.ts'
import { PLAIN_POLICY, policyFileOf } from './form-policy.ts'
import { mayChange } from './scope.ts'
import { liveIds } from './underway.ts'
import { PLAIN_SIGN_IN } from './form-sign-in.ts'
import { DEFAULT_SCOPES } from '../sign-in/settings.ts'

/** Secrets become `${NAME}`; keys of sources are left out altogether, an apply leaves them as they are. */
export async function exportYaml(tx: Tx, who: Principal, deps: PlanDeps): Promise<string> {
  const stored = await readStored(tx)
  const whole = storedWhole(stored, deps)
  if (refusal(who, 'administer') === null) return writeFile(whole)
  const live = liveIds(stored)
  // What is theirs, in a file that they may apply again.
  const theirs = Object.fromEntries(
    LIST_SECTIONS.filter((section) => section !== 'people' && section !== 'calendars').map(
      (section) => [
        section,
        (whole[section] as { id: string }[]).filter((one) =>
          mayChange(who, section, one, whole, live),
        ),
      ],
    ),
  )
  return writeFile({ ...whole, ...theirs }, Object.keys(theirs))
}

const HEAD = ` Keys of sources are not exported: where a source is stored already, its key stays.
 Secrets are read from the environment: set the variables named below, or what is stored stays.`

/** @param sections only these; left out: all */
export function writeFile(whole: Whole, sections?: readonly string[]): string {
  const all = fileOf(whole)
  const wanted = sections
    ? Object.fromEntries(Object.entries(all).filter(([name]) => sections.includes(name)))
    : all
  const document = new Document(wanted)
  document.commentBefore = HEAD
  compact(document)
  return document.toString({ lineWidth: 100, flowCollectionPadding: true })
}

/** A framework as a section of the file: what differs from its preset. */
export function policyYaml(form: PolicyFileForm): string {
  const document = new Document({ policy: policyFileOf(form) })
  compact(document)
  return document.toString({ lineWidth: 100, flowCollectionPadding: true })
}

/** Defaults are left out: a file says what is particular. */
function fileOf(whole: Whole): Record<string, unknown> {
  const names = variableNames()
  const {
    organisation,
    calendars,
    people,
    teams,
    schedules,
    escalations,
    services,
    sources,
    routes,
    metrics,
    objectives,
    channels,
    sign_in: signIn,
    policy,
  } = whole
  return {
    organisation: { name: organisation.name, fallback: organisation.fallback },
    calendars: calendars.map((one) =>
      unnamed(slim(one, { weekend: ['sat', 'sun'], holidays: [] })),
    ),
    people: people.map((person) =>
      slim(
        {
          ...person,
          contacts: person.contacts.map((contact) =>
            slim(named(contact, names, [person.id, contact.id]), {}),
          ),
          rules: person.rules && slim(person.rules, {}),
        },
        { timezone: 'UTC', locale: 'en', role: 'responder', contacts: [] },
      ),
    ),
    teams: teams.map((team) => unnamed(slim(team, { members: [] }))),
    schedules: schedules.map((schedule) =>
      unnamed(
        slim(
          {
            ...schedule,
            rotations: schedule.rotations.map((one) =>
              slim({ ...one, handoff: slim(one.handoff, {}) }, { only: [] }),
            ),
            overrides: schedule.overrides.map((one) => slim(one, {})),
          },
          { overrides: [], shadows: [] },
        ),
      ),
    ),
    escalations: escalations.map((ladder) => unnamed(slim(ladder, { repeat: 0 }))),
    services: services.map((service) =>
      unnamed(slim(service, { urgency: 'high', pause: '0s', depends_on: [], private: false })),
    ),
    sources: sources.map((source) =>
      unnamed(slim({ ...source, key: null }, { ignore_labels: REPLICA_LABELS })),
    ),
    routes: routes.map((route) => slim(route, {})),
    // What nobody uses is not spoken of.
    ...(metrics.length === 0
      ? {}
      : {
          metrics: metrics.map((one) =>
            unnamed(slim(named(one, names, [one.id]), { kind: 'prometheus' })),
          ),
        }),
    ...(objectives.length === 0 ? {} : { objectives: objectives.map(objectiveYaml) }),
    channels: Object.fromEntries(
      Object.entries(channels).map(([kind, settings]) => [
        kind,
        slim(named(settings, names, [kind]), {}),
      ]),
    ),
    ...(isSame(signIn, PLAIN_SIGN_IN) ? {} : { sign_in: signInOf(signIn, names) }),
    ...(isSame(policy, PLAIN_POLICY) ? {} : { policy: policyFileOf(policy) }),
  }
}

/** An objective as a file says it. */
export function objectiveYaml(form: ObjectiveForm): Record<string, unknown> {
  const { indicator, alerts, window, slices, policy } = form
  return unnamed(
    slim(
      {
        ...form,
        window:
          typeof window === 'string'
            ? window
            : slim(window, { count: 1, zone: 'UTC', starts: '2024-01-01T00:00' }),
        slices: slices && slim(slices, {}),
        indicator: indicator.metrics === null ? 'pushed' : slim(indicator, { as_is: false }),
        alerts: alerts?.map((one) => slim(one, {})) ?? null,
        policy: policy && slim(policy, {}),
      },
      { window: '30d' },
    ),
  )
}

const signInOf = ({ oidc, ...form }: SignInForm, names: NameOf): Record<string, unknown> =>
  slim(
    {
      ...form,
      oidc:
        oidc &&
        slim(named(oidc, names, ['oidc']), {
          scopes: DEFAULT_SCOPES,
          groups_claim: 'groups',
          roles: {},
          teams: {},
          create_people: false,
          label: 'Single sign-on',
        }),
    },
    PLAIN_SIGN_IN,
  )

/** Without what is null and what is as it would be anyway. */
function slim(form: object, defaults: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(form).filter(([key, value]) => {
      if (value === null || value === undefined) return false
      return (
        !Object.hasOwn(defaults, key) || JSON.stringify(defaults[key]) !== JSON.stringify(value)
      )
    }),
  )
}

/** A name that is the id goes without saying. */
const unnamed = ({ name, ...form }: Record<string, unknown>): Record<string, unknown> => {
  if (name === form.id) return form
  const { id, ...rest } = form
  return { id, name, ...rest }
}

type NameOf = (parts: readonly string[]) => string

/** `maria`, `hook`, `secret` → `MARIA_HOOK_SECRET`, each name once. */
function variableNames(): NameOf {
  const taken = new Set<string>()
  return (parts) => {
    const plain = parts
      .join('_')
      .toUpperCase()
      .replace(/[^A-Z0-9]+/g, '_')
    const start = /^[A-Z_]/.test(plain) ? plain : `_${plain}`
    let name = start
    for (let count = 2; taken.has(name); count += 1) name = `${start}_${count}`
    taken.add(name)
    return name
  }
}

const named = (form: object, nameOf: NameOf, parts: readonly string[]): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(form).map(([key, value]) => [
      key,
      isHidden(value) ? `\${${nameOf([...parts, key])}}` : value,
    ]),
  )

const INLINE_MAX = 90

/** Small things on one line, as people write them. */
function compact(document: Document): void {
  visit(document, {
    Collection(_, node, path) {
      // The lists of sections themselves stay one entry a line.
      if (path.length <= 3 && isSeq(node) && node.items.some((one) => !isScalar(one))) return
      if (widthOf(node) <= INLINE_MAX) node.flow = true
    },
    Scalar(_, node) {
      // Other readers of YAML take 10:00 for a number of minutes.
      if (typeof node.value === 'string' && /^\d+:\d+$/.test(node.value)) node.type = 'QUOTE_DOUBLE'
    },
  })
}

/** About how wide a node is on one line. */
function widthOf(node: Node | null): number {
  if (isScalar(node)) return String(node.value).length + 2
  if (isSeq(node)) return node.items.reduce<number>((sum, one) => sum + 2 + widthOf(one as Node), 4)
  if (!isMap(node)) return 0
  return (node.items as Pair<Node, Node | null>[]).reduce(
    (sum, { key, value }) => sum + 4 + widthOf(key) + widthOf(value),
    2,
  )
}
