import { compileCondition } from '../alerts/route.ts'
import { HOUR } from '../lib/instant.ts'
import { Problem } from '../lib/problem.ts'
import type { Hidden, RouteForm, ServiceForm, SourceForm } from './form.ts'
import { address, fromEnvironment, hide, label, name, span } from './form-values.ts'
import { list, named, once, oneOf, record, reference, slug, text, whole, yesNo } from './reader.ts'
import { note, type Reader } from './reading.ts'

const SERVICES_MAX = 10_000
const SOURCES_MAX = 2_000
const ROUTES_MAX = 1_000
const LABELS_MAX = 20

const groupBy: Reader<string[]> = list(label, LABELS_MAX)
const pause = span(0, HOUR, 'at most 1h')

const service = record<ServiceForm>('a service', {
  id: { reader: slug, isRequired: true },
  name: { reader: name },
  team: { reader: reference('team') },
  tier: { reader: whole(0, 9) },
  escalation: { reader: reference('escalation') },
  urgency: { reader: oneOf(['high', 'low', 'bySeverity']), otherwise: 'high' },
  group_by: { reader: groupBy },
  pause: { reader: pause, otherwise: '0s' },
  repository: { reader: text({ max: 500 }) },
  channel: { reader: text({ max: 200 }) },
  runbook: { reader: address },
  depends_on: { reader: list(reference('service'), 200), otherwise: [] },
  private: { reader: yesNo, otherwise: false },
})

export const servicesReader: Reader<ServiceForm[]> = (reading, node, path) => {
  const read = named(service, 'services', SERVICES_MAX)(reading, node, path)
  read?.forEach((one, index) => {
    const at = `${path}[${index}].depends_on[${one.depends_on?.indexOf(one.id) ?? -1}]`
    const place = reading.places.get(at)
    if (place)
      reading.mistakes.push({ ...place, path: at, sentence: 'a service cannot depend on itself' })
  })
  return read?.map((one) => ({
    ...one,
    name: one.name ?? one.id,
    depends_on: [...new Set(one.depends_on)].sort(),
  }))
}

/** By which the two of a highly available pair of Prometheus differ. */
export const REPLICA_LABELS = ['replica', 'prometheus_replica']

const KEY = /^[A-Za-z0-9_-]{32}$/

/**
 * @param kinds the kinds of source there are
 * @param hashKey SHA-256 in hexadecimal: the key itself goes no further than here
 */
export function sourcesReader(
  kinds: readonly string[],
  hashKey: (key: string) => string,
): Reader<SourceForm[]> {
  const source = record<SourceForm>('a source', {
    id: { reader: slug, isRequired: true },
    name: { reader: name },
    kind: { reader: oneOf(kinds), isRequired: true },
    service: { reader: reference('service') },
    team: { reader: reference('team') },
    key: { reader: once(key(hashKey), 'key', (read) => read.hidden) },
    ignore_labels: { reader: list(label, LABELS_MAX), otherwise: REPLICA_LABELS },
  })
  return (reading, node, path) =>
    named(source, 'sources', SOURCES_MAX)(reading, node, path)?.map((one) => ({
      ...one,
      name: one.name ?? one.id,
    }))
}

function key(hashKey: (key: string) => string): Reader<Hidden> {
  return (reading, node, path) => {
    const found = fromEnvironment(reading, node, path)
    if (found === undefined || found.value === null) return found && hide(found)
    const { value } = found
    if (KEY.test(value)) return { ...hide(found), hidden: hashKey(value), hint: value.slice(-4) }
    // The key itself is never repeated in a sentence.
    const where = found.isPlain ? 'the key' : `the key in ${found.variable}`
    const why = value.length === 32 ? 'has other characters' : `has ${value.length} characters`
    return note(reading, node, path, `${where} ${why}, a key is 32 letters and digits`)
  }
}

const route = record<RouteForm>('a route', {
  id: { reader: slug, isRequired: true },
  team: { reader: reference('team') },
  when: { reader: condition, isRequired: true },
  service: { reader: reference('service') },
  urgency: { reader: oneOf(['high', 'low']) },
  escalation: { reader: reference('escalation') },
  group_by: { reader: groupBy },
  pause: { reader: pause },
})

function condition(...[reading, node, path]: Parameters<Reader<string>>): string | undefined {
  const value = text({ max: 2_000, isMultiline: true })(reading, node, path)?.trim()
  if (value === undefined) return undefined
  try {
    compileCondition(value, 'when')
    return value
  } catch (cause) {
    if (!(cause instanceof Problem)) throw cause
    const said = cause.message.replace(/\.$/, '')
    return note(reading, node, path, `\`when\`: ${said.charAt(0).toLowerCase()}${said.slice(1)}`)
  }
}

export const routesReader: Reader<RouteForm[]> = named(route, 'routes', ROUTES_MAX)
