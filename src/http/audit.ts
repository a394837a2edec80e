/** What a route changed by itself is written down here; what goes through `act` or a file already is. */
import { recordAudit } from '../audit/store.ts'
import type { Tx } from '../db/tx.ts'
import type { Call } from './route.ts'

type Doing = Pick<Call<never, never, never>, 'deps' | 'caller' | 'requestId'>

export type Noted = {
  action: string
  object: readonly [kind: string, id: string | null]
  detail?: Readonly<Record<string, unknown>>
}

/** In the transaction of the change. Never what is secret: the row stays for good. */
export const note = (tx: Tx, { deps, caller, requestId }: Doing, noted: Noted): Promise<void> =>
  recordAudit(tx, {
    id: deps.tools.makeId(tx.now),
    actor: caller.actor,
    action: noted.action,
    objectKind: noted.object[0],
    objectId: noted.object[1],
    requestId,
    detail: noted.detail ?? {},
  })
