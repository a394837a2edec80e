/** The whole of `allclear.yaml`, read. What it refers to elsewhere is asked afterwards. */
import { isMap, isSeq } from 'yaml'
import type { ChannelDescription } from '../notify/channel.ts'
import { openDocument } from './document.ts'
import type { ChannelsForm, FileForm, OrganisationForm } from './form.ts'
import { calendarsReader } from './form-calendars.ts'
import { metricsReader, objectivesReader } from './form-objectives.ts'
import { laddersReader, schedulesReader } from './form-oncall.ts'
import { peopleReader, teamsReader } from './form-people.ts'
import { routesReader, servicesReader, sourcesReader } from './form-services.ts'
import { policyReader } from './form-policy.ts'
import { signInReader } from './form-sign-in.ts'
import { channelFields, name } from './form-values.ts'
import type { Mistake } from './mistake.ts'
import { list, record, target } from './reader.ts'
import { beginReading, type Reader, type Reading } from './reading.ts'

export type FormatFacts = {
  channels: readonly ChannelDescription[]
  sourceKinds: readonly string[]
  hashKey: (key: string) => string
}

export type ReadFile = {
  file: FileForm
  reading: Reading
  /** Written by somebody who saw all that is stored: a contact of a person that is not in it was taken out. */
  isWhole?: boolean
}

/** @param env values for `${NAME}`; gives the form, or all mistakes that can be found without a database */
export function readFile(
  content: string,
  env: Readonly<Record<string, string>>,
  facts: FormatFacts,
): { ok: true; read: ReadFile } | { ok: false; mistakes: readonly Mistake[] } {
  const opened = openDocument(content)
  if (!opened.ok) return opened
  const reading = beginReading(opened, env)
  const root = opened.document.contents
  const isEmpty = root === null || !isMap(root)
  const file = isEmpty ? NOTHING : fileReader(facts)(reading, root as never, '')
  return { ok: true, read: { file: file ?? NOTHING, reading } }
}

const NOTHING: FileForm = {
  organisation: null,
  calendars: null,
  people: null,
  teams: null,
  schedules: null,
  escalations: null,
  services: null,
  sources: null,
  routes: null,
  metrics: null,
  objectives: null,
  channels: null,
  sign_in: null,
  policy: null,
}

const fileReader = (facts: FormatFacts): Reader<FileForm> =>
  record<FileForm>(
    'the file',
    {
      organisation: {
        reader: record<OrganisationForm>('`organisation`', {
          name: { reader: name },
          fallback: { reader: list(target, 50) },
        }),
      },
      calendars: { reader: calendarsReader },
      people: { reader: peopleReader(facts.channels) },
      teams: { reader: teamsReader },
      schedules: { reader: schedulesReader },
      escalations: { reader: laddersReader },
      services: { reader: servicesReader },
      sources: { reader: sourcesReader(facts.sourceKinds, facts.hashKey) },
      routes: { reader: routesReader },
      metrics: { reader: metricsReader },
      objectives: { reader: objectivesReader },
      channels: { reader: channelsReader(facts.channels) },
      sign_in: { reader: signInReader },
      policy: { reader: policyReader },
    },
    { unknown: elsewhere },
  ) as Reader<FileForm>

/** Things that people look for in this file and that are made elsewhere. */
const elsewhere = (key: string): string | null => {
  if (key === 'silences' || key === 'maintenances') {
    return `, ${key} are made in the app or with the command line, not in a file`
  }
  return null
}

function channelsReader(channels: readonly ChannelDescription[]): Reader<ChannelsForm> {
  const kinds = record<ChannelsForm>(
    '`channels`',
    Object.fromEntries(
      channels.map((channel) => [
        channel.kind,
        { reader: record(`\`${channel.kind}\``, channelFields(channel.settings) as never) },
      ]),
    ) as never,
  )
  return (reading, node, path) => {
    if (isSeq(node) && node.items.length === 0) return {}
    const read = kinds(reading, node, path)
    if (!read) return undefined
    return Object.fromEntries(Object.entries(read).filter(([, settings]) => settings !== null))
  }
}

/** The names of the variables that a file asks for, so that a client sends those and no others. */
export function variablesIn(content: string): string[] {
  return [
    ...new Set(
      [...content.matchAll(/\$\{([A-Za-z_][A-Za-z0-9_]*)\}/g)].map(([, found]) => found ?? ''),
    ),
  ].sort()
}
