import type { Tx } from '../db/tx.ts'
import type { Environment, PlanDeps } from './deps.ts'
import { makeDraft, type Planned } from './draft.ts'

/**
 * What applying the file would change, what a person should know about it, and who would be paged
 * differently from then on. Writes nothing.
 * @throws FileRefused with every mistake and its place
 */
export async function plan(
  tx: Tx,
  text: string,
  env: Environment,
  deps: PlanDeps,
): Promise<Planned> {
  const { changes, findings, paging } = await makeDraft(tx, text, env, deps)
  return { changes, findings, paging }
}
