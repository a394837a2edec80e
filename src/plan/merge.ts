/**
 * What would be stored after a file was applied: sections that it leaves out stay, and so do the
 * secrets that it leaves out, the covers that people made themselves, the contacts that they added, and people who can
 * sign in and were not made by a file, so that nobody locks themselves out.
 */
import type { ChannelDescription, Field } from '../notify/channel.ts'
import { coverKey, isSame } from './changes.ts'
import type { Finding } from './finding.ts'
import {
  type ContactForm,
  type FileForm,
  type Hidden,
  isHidden,
  type MetricsForm,
  type PersonForm,
  type ScheduleForm,
  type SignInForm,
  type Whole,
} from './form.ts'
import type { Mistake } from './mistake.ts'
import type { Reading } from './reading.ts'

export type MergeFacts = {
  descriptions: readonly ChannelDescription[]
  /** People, by slug, who stay although a file that names all people leaves them out. */
  keptPeople: ReadonlySet<string>
  /** Covers of a stored schedule that no file has made, in the zone that the file gives it. */
  coversOf: (schedule: ScheduleForm) => Pick<ScheduleForm, 'overrides' | 'shadows'>
  /** Whether a stored contact of a person was added by themselves. */
  isOwnContact: (person: string, contact: string) => boolean
}

export type Merged = { whole: Whole; mistakes: Mistake[]; findings: Finding[] }

export function merge(stored: Whole, file: FileForm, reading: Reading, facts: MergeFacts): Merged {
  const secrets = secretKeeper(reading)
  const contactFields = (kind: string) =>
    facts.descriptions.find((one) => one.kind === kind)?.contact ?? []
  const storedPeople = new Map(stored.people.map((one) => [one.id, one]))
  const people = file.people?.map((person, index): PersonForm => {
    const known = storedPeople.get(person.id)
    const isNamed = (id: string): boolean => person.contacts.some((one) => one.id === id)
    const own = (known?.contacts ?? []).filter(
      (one) => !isNamed(one.id) && facts.isOwnContact(person.id, one.id),
    )
    const named = person.contacts.map((contact, at) => {
      const before = known?.contacts.find(
        (one) => one.id === contact.id && one.kind === contact.kind,
      )
      const path = `people[${index}].contacts[${at}]`
      return secrets.keep<ContactForm>(
        before,
        contact,
        contactFields(contact.kind),
        path,
        'a contact',
      )
    })
    return { ...person, contacts: [...named, ...own] }
  })
  const kept = people ? stored.people.filter((one) => stays(one, people, facts)) : []
  const mistakes = people ? sharedEmails(people, kept, reading) : []
  const findings = kept.map(
    (person): Finding => ({
      rule: 'personStays',
      sentence: `${person.name} (\`${person.id}\`) is not in the file, and stays: they can sign in and were not made by a file`,
      position: reading.places.get('people:') ?? null,
      wayOut: `add \`${person.id}\` to \`people\``,
    }),
  )
  const whole: Whole = {
    organisation: {
      name: file.organisation?.name ?? stored.organisation.name,
      fallback: file.organisation?.fallback ?? stored.organisation.fallback,
    },
    calendars: file.calendars ?? stored.calendars,
    people: people ? [...people, ...kept] : stored.people,
    teams: file.teams ?? stored.teams,
    schedules:
      file.schedules?.map((one) => withCovers(onlyAhead(one, stored.schedules), facts)) ??
      stored.schedules,
    escalations: file.escalations ?? stored.escalations,
    services: file.services ?? stored.services,
    sources:
      file.sources?.map((source, index) => {
        const before = stored.sources.find((one) => one.id === source.id)
        const key: Field = { name: 'key', label: 'Key', kind: 'secret', required: true }
        return secrets.keep(
          before,
          source,
          [key],
          `sources[${index}]`,
          `source \`${source.id}\` is new and`,
        )
      }) ?? stored.sources,
    routes: file.routes ?? stored.routes,
    metrics:
      file.metrics?.map((wanted, index) =>
        withMetricsSecrets(wanted, index, stored, secrets.keep),
      ) ?? stored.metrics,
    objectives: file.objectives ?? stored.objectives,
    channels: file.channels
      ? Object.fromEntries(
          Object.entries(file.channels).map(([kind, settings]) => {
            const fields = facts.descriptions.find((one) => one.kind === kind)?.settings ?? []
            return [
              kind,
              secrets.keep(
                stored.channels[kind],
                settings,
                fields,
                `channels.${kind}`,
                `\`${kind}\``,
              ),
            ]
          }),
        )
      : stored.channels,
    policy: file.policy ?? stored.policy,
    sign_in: file.sign_in ? withSecret(file.sign_in, stored.sign_in, secrets.keep) : stored.sign_in,
  }
  return {
    whole,
    mistakes: [...mistakes, ...secrets.mistakes],
    findings: [...findings, ...secrets.findings],
  }
}

/** The secret of a client is kept for that very client: it must not be sent to another provider. */
function withSecret(
  wanted: SignInForm,
  stored: SignInForm,
  keep: ReturnType<typeof secretKeeper>['keep'],
): SignInForm {
  if (wanted.oidc === null) return wanted
  const { issuer, client_id: client } = wanted.oidc
  const isSameClient = stored.oidc?.issuer === issuer && stored.oidc.client_id === client
  const field: Field = { name: 'client_secret', label: 'Secret', kind: 'secret', required: false }
  const before = isSameClient ? (stored.oidc ?? undefined) : undefined
  return { ...wanted, oidc: keep(before, wanted.oidc, [field], 'sign_in.oidc', '`oidc`') }
}

/** Secrets are kept for the address that they were given for: they must not be sent to another one. */
function withMetricsSecrets(
  wanted: MetricsForm,
  index: number,
  stored: Whole,
  keep: ReturnType<typeof secretKeeper>['keep'],
): MetricsForm {
  const known = stored.metrics.find((one) => one.id === wanted.id)
  const before = known?.url === wanted.url ? known : undefined
  const fields: Field[] = [
    { name: 'password', label: 'Password', kind: 'secret', required: false },
    { name: 'token', label: 'Token', kind: 'secret', required: false },
  ]
  return keep(before, wanted, fields, `metrics[${index}]`, '`metrics`')
}

/** The file cannot give somebody the address of a person who stays. */
function sharedEmails(
  people: readonly PersonForm[],
  kept: readonly PersonForm[],
  reading: Reading,
): Mistake[] {
  return people.flatMap(({ email }, index) => {
    const owner = kept.find(
      (one) => email !== null && one.email?.toLowerCase() === email.toLowerCase(),
    )
    const path = `people[${index}].email`
    const place = reading.places.get(path) ?? { line: 1, column: 1 }
    const sentence = `this is the e-mail of \`${owner?.id}\`, who can sign in: use the same id for the same person`
    return owner ? [{ ...place, path, sentence }] : []
  })
}

const stays = (person: PersonForm, people: readonly PersonForm[], facts: MergeFacts): boolean =>
  facts.keptPeople.has(person.id) && !people.some((one) => one.id === person.id)

/** When a change takes effect says nothing where there is no change: the file may be applied again. */
function onlyAhead(wanted: ScheduleForm, stored: readonly ScheduleForm[]): ScheduleForm {
  const before = stored.find((one) => one.id === wanted.id)
  const isChange =
    before?.timezone !== wanted.timezone || !isSame(before.rotations, wanted.rotations)
  return isChange ? wanted : { ...wanted, effective: null }
}

/** With the covers that people made themselves; the order of covers means nothing. */
function withCovers(wanted: ScheduleForm, facts: MergeFacts): ScheduleForm {
  const made = facts.coversOf(wanted)
  const union = <Cover extends object>(covers: readonly Cover[]): Cover[] => [
    ...new Map(covers.map((one) => [coverKey(one), one])).values(),
  ]
  return {
    ...wanted,
    overrides: union([...wanted.overrides, ...made.overrides]),
    shadows: union([...wanted.shadows, ...made.shadows]),
  }
}

/** A secret that the file leaves out stays as it is: files are shared, secrets are not. */
function secretKeeper(reading: Reading) {
  const mistakes: Mistake[] = []
  const findings: Finding[] = []

  function one(
    before: unknown,
    wanted: unknown,
    field: Field,
    path: string,
    what: string,
  ): Hidden | null {
    const at = `${path}.${field.name}`
    const place = reading.places.get(at) ?? reading.places.get(path) ?? { line: 1, column: 1 }
    if (isHidden(wanted) && wanted.hidden !== null) return wanted
    const known = isHidden(before) ? before : null
    if (isHidden(wanted)) {
      const variable = wanted.variable ?? ''
      const isNot = `the environment variable ${variable} is not set`
      if (known === null) mistakes.push({ ...place, path: at, sentence: isNot })
      else {
        findings.push({
          rule: 'secretStays',
          sentence: `${isNot}: the \`${field.name}\` that is stored stays`,
          position: place,
          wayOut: `set ${variable} where the file is applied`,
        })
      }
      return known
    }
    if (known === null && field.required) {
      mistakes.push({
        ...place,
        path: at,
        sentence: `${what} needs \`${field.name}\`, write it or \${NAME}`,
      })
    }
    return known
  }

  return {
    mistakes,
    findings,
    keep<Form extends Record<string, unknown>>(
      before: Readonly<Record<string, unknown>> | undefined,
      wanted: Form,
      fields: readonly Field[],
      path: string,
      what: string,
    ): Form {
      const secrets = fields.filter((field) => field.kind === 'secret')
      return {
        ...wanted,
        ...Object.fromEntries(
          secrets.map((field) => [
            field.name,
            one(before?.[field.name], wanted[field.name], field, path, what),
          ]),
        ),
      }
    },
  }
}
