import type { Tx } from '../db/tx.ts'
import type { Id } from '../lib/id.ts'
import { type Instant, toIso } from '../lib/instant.ts'
import type { Audience } from '../severity/policy.ts'
import type { Fields, MessageKind } from './message.ts'

export type Message = {
  id: Id
  incidentId: Id
  audience: Audience
  kind: MessageKind
  fields: Fields
  subject: string
  body: string
  severity: string
  status: string
  promisedAt: Instant | null
  publishedAt: Instant
  publishedBy: Id | null
  drillId: Id | null
}

export const saveMessage = (tx: Tx, message: Message) =>
  tx.query(
    `insert into messages (id, incident_id, audience, kind, fields, subject, body, severity, status, promised_at,
       published_at, published_by, drill_id) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)`,
    [
      message.id,
      message.incidentId,
      message.audience,
      message.kind,
      JSON.stringify(message.fields),
      message.subject,
      message.body,
      message.severity,
      message.status,
      message.promisedAt === null ? null : toIso(message.promisedAt),
      toIso(message.publishedAt),
      message.publishedBy,
      message.drillId,
    ],
  )

export const listMessages = (tx: Tx, incidentId: Id): Promise<Message[]> =>
  tx.query<Message>(
    `select id, incident_id as "incidentId", audience, kind, fields, subject, body, severity, status,
       promised_at as "promisedAt", published_at as "publishedAt", published_by as "publishedBy", drill_id as "drillId"
     from messages where incident_id = $1 order by published_at`,
    [incidentId],
  )
