import { act, type Verb } from '../engine/act.ts'
import type { Call, Reply } from './route.ts'
import { toActedView } from './routes/alerts.ts'

type Acting = Pick<Call<never, never, never>, 'deps' | 'caller' | 'requestId'>

/** Does what was asked, as whoever asks, and answers with what came of it. */
export async function perform(call: Acting, verb: Verb, status = 200): Promise<Reply> {
  const { deps, caller, requestId } = call
  const acted = await act(deps, { actor: caller.actor, who: caller.who, requestId }, verb)
  return { status, body: toActedView(acted, () => '', caller.timezone) }
}
