/** The framework as the API has it, and what a change of one cell makes of it. */
export type Level = {
  name: string
  label: string
  criteria: string[]
  respond: string
  first_message: string
  update: string
  update_for: Record<string, string>
  audiences: string[]
  page_steps: number
  tell: { seat: string; when: string }[]
  roles: string[]
  cause: string
  monitor: string
  postmortem: boolean
}
export type Policy = {
  preset: string
  levels: Record<string, Level>
  bind: Record<string, string | null>
  hypothesis: string
  quiet: string
  reopen: string
  triage: string
} & Record<string, unknown>

export type Finding = { rule: string; path: string; sentence: string }

export const LEVELS = ['sev1', 'sev2', 'sev3', 'sev4'] as const
export const SEATS: readonly (readonly [string, string])[] = [
  ['commander', 'the commander on call'],
  ['vp', 'the VP'],
  ['cto', 'the CTO'],
  ['manager', 'the engineering manager'],
  ['team_lead', 'the lead of the team'],
]

export const withLevel = (policy: Policy, word: string, more: Partial<Level>): Policy => {
  const level = policy.levels[word]
  return level ? { ...policy, levels: { ...policy.levels, [word]: { ...level, ...more } } } : policy
}

/** `vp at once, manager within 15m`: one line a level, as it is said. */
export const tellText = (tell: Level['tell']): string =>
  tell.map(({ seat, when }) => `${seat} ${when}`).join(', ')

export const readTell = (text: string): Level['tell'] =>
  text
    .split(',')
    .map((one) => one.trim())
    .filter((one) => one !== '')
    .map((one) => {
      const [seat = '', ...rest] = one.split(/\s+/)
      return { seat, when: rest.join(' ') || 'at once' }
    })

/** Commas between, in any spacing. */
export const readList = (text: string): string[] =>
  text
    .split(',')
    .map((one) => one.trim())
    .filter((one) => one !== '')
