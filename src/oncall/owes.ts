import type { Id } from '../lib/id.ts'
import type { Claim } from '../obligations/obligation.ts'
import type { Handoff } from './handoff.ts'

/** A hand-off that asks to be accepted is owed by those who take over. */
export const owesHandoff = (handoff: Handoff, leadOf: (teamId: Id) => Id | null): Claim[] => {
  const [owner] = handoff.incoming
  if (owner === undefined) return []
  return [
    {
      key: `handoff.accept:${handoff.id}`,
      subject: { kind: 'handoff', id: handoff.id },
      rule: 'handoff.accept',
      owner: { kind: 'person', id: owner },
      startedAt: handoff.at,
      due: handoff.dueAt,
      proof:
        handoff.acceptedAt === null
          ? null
          : { at: handoff.acceptedAt, ref: `person:${handoff.acceptedBy}` },
      supervisor: handoff.teamId === null ? null : leadOf(handoff.teamId),
      teamId: handoff.teamId,
      visibility: 'everyone',
      drillId: null,
    },
  ]
}
