import { expect, test } from 'vitest'
import { draftOf } from './draft.ts'
import { readFile } from './form-file.ts'
import { EMPTY, FACTS, planDeps } from './planning.rig.ts'
import { importOnCall } from './seed-oncall.ts'

/** The shape of the seed's on-call document, with the same mistakes in it. */
const DOCUMENT = `# On-call

Some words before.

\`\`\`yaml
schedule:
  name: "backend-primary"
  timezone: "UTC"
  rotation_type: "weekly"
  handoff_time: "10:00"  # in business hours
  handoff_day: "monday"
  participants:
    min_rotation_size: 4
    max_consecutive_weeks: 2
    shadow_period: 2_weeks
  escalation_policy:
    - { level: 1, target: "on-call-primary", timeout: 5_minutes }
    - { level: 2, target: "on-call-secondary", timeout: 10_minutes }
    - { level: 3, target: "engineering-manager", timeout: 15_minutes }
    - { level: 4, target: "vp-engineering", timeout: 0 }
  compensation: { on_call_stipend: true }
  health_metrics:
    track_pages_per_shift: true
    alert_if_pages_exceed: 5
    track_mttr_per_engineer: true
    quarterly_on_call_review: true
\`\`\`
`

function imported(text = DOCUMENT, options = {}) {
  const found = importOnCall(text, options)
  if (!found.ok) throw new Error(found.sentence)
  return found
}

test('the document becomes a file that can be applied as it stands', () => {
  const { yaml } = imported()
  const read = readFile(yaml, {}, FACTS)
  if (!read.ok) return expect.fail(JSON.stringify(read.mistakes))
  const draft = draftOf(read.read, EMPTY, Date.UTC(2026, 10, 23), planDeps())
  const [ladder] = draft.nouns.escalations
  expect(ladder?.steps.map((step) => step.waitMs / 60_000)).toEqual([5, 10, 15, 5])
  expect(draft.nouns.schedules.map((one) => one.slug)).toEqual([
    'backend-primary',
    'backend-secondary',
  ])
  const rules = draft.findings.map((one) => one.rule)
  expect(rules).toContain('loadShare')
  expect(rules).not.toContain('primaryIsSecondary')
})

test('E17, E20, E21, E22, E23, E28: what it contradicts is named, each with what is used instead', () => {
  const { contradictions } = imported()
  expect(contradictions.map((one) => one.id)).toEqual(['E17', 'E20', 'E21', 'E22', 'E23', 'E28'])
  expect(contradictions.every((one) => one.sentence.length > 20 && one.used.length > 20)).toBe(true)
  expect(contradictions[0]?.sentence).toContain('after 30 minutes')
  expect(contradictions[2]?.sentence).toContain('50 %')
  expect(contradictions[3]?.sentence).toContain('02:00 in America/Los_Angeles')
})

test('a document without a mistake is not told of it', () => {
  const mended = DOCUMENT.replace('min_rotation_size: 4', 'min_rotation_size: 8')
    .replace('track_mttr_per_engineer: true', 'track_mttr_per_engineer: false')
    .replace(', timeout: 0 }', ' }')
  expect(imported(mended).contradictions.map((one) => one.id)).toEqual(['E17', 'E20', 'E22'])
})

test('people and levels can be said; what is not said is named as a placeholder', () => {
  const { yaml, left } = imported(DOCUMENT, {
    people: ['ana', 'ben', 'cy', 'dan'],
    bind: { 'engineering-manager': 'person:emma', 'vp-engineering': 'person:vp' },
  })
  expect(yaml).toContain('person:emma')
  expect(yaml).not.toContain('engineer-1')
  expect(left.join(' ')).toContain('emma')
  expect(imported().left.join(' ')).toContain('Nobody is named: 4 placeholders')
})

test('what is no such document is refused in a sentence that names the place', () => {
  const sentence = (text: string): string => {
    const found = importOnCall(text)
    return found.ok ? 'taken' : found.sentence
  }
  expect(sentence('')).toMatch(/no `schedule:`/)
  expect(sentence('schedule: []')).toMatch(/mapping/)
  expect(sentence('schedule: { timezone: Mars/Olympus }')).toMatch(/Mars\/Olympus/)
  expect(sentence(DOCUMENT.replace('5_minutes', 'soon'))).toMatch(/escalation_policy\[0\].*soon/)
  expect(sentence(DOCUMENT.replace('"10:00"', '"25:00"'))).toMatch(/25:00/)
  expect(sentence(`schedule: ${'['.repeat(10_000)}`)).toMatch(/nested|YAML/)
  expect(sentence(`schedule: &a [ ${'*a, '.repeat(200)} ]`)).not.toBe('taken')
})
