import { table } from '../db/table.ts'
import type { Tx } from '../db/tx.ts'
import type { Id } from '../lib/id.ts'
import type { Instant } from '../lib/instant.ts'
import { type Decoded, isListOf, isNullOr, isText } from '../lib/shape.ts'
import type { Service } from './service.ts'

export type ServiceRow = Omit<Service, 'urgency' | 'groupBy' | 'dependsOn'> & {
  urgency: string
  groupBy: unknown
  dependsOn: unknown
  managedBy: string | null
  retiredAt: Instant | null
}

const SERVICES = table<ServiceRow>('services', {
  id: 'uuid',
  slug: 'text',
  name: 'text',
  teamId: 'uuid',
  tier: 'int4',
  escalationId: 'uuid',
  urgency: 'text',
  groupBy: 'jsonb',
  pauseMs: 'int8',
  repository: 'text',
  channel: 'text',
  runbookUrl: 'text',
  dependsOn: 'jsonb',
  isPrivate: 'bool',
  managedBy: 'text',
  retiredAt: 'timestamptz',
})

export const listServices = (tx: Tx): Promise<ServiceRow[]> =>
  tx.query<ServiceRow>(
    `select ${SERVICES.select} from services where retired_at is null order by slug`,
  )

/** A service is never left out for the sake of a detail: without it, its alerts page nobody. */
export function decodeService({
  managedBy: _,
  retiredAt: __,
  ...row
}: ServiceRow): Decoded<Service> {
  const wrong: string[] = []
  const isGrouped = isNullOr(row.groupBy, isLabels)
  if (!isGrouped) wrong.push('`group_by` cannot be read: alerts are grouped as their source does')
  const dependsOn: readonly Id[] = isLabels(row.dependsOn) ? row.dependsOn : []
  if (!isLabels(row.dependsOn)) wrong.push('`depends_on` cannot be read: it is left out')
  return {
    value: {
      ...row,
      urgency: row.urgency as Service['urgency'],
      groupBy: isGrouped ? (row.groupBy as readonly string[] | null) : null,
      dependsOn,
    },
    wrong,
  }
}

const isLabels = (value: unknown): value is string[] => isListOf(value, isText)

export async function saveServices(
  tx: Tx,
  services: readonly Service[],
  managedBy: string | null,
): Promise<void> {
  if (services.length === 0) return
  const rows = services.map((service) => ({ ...service, managedBy, retiredAt: null }))
  await tx.query(SERVICES.upsert, SERVICES.values(rows))
}
