/** The ideal course of a SEV1, from the first alert to the all-clear: what the demo shows is held here. */
import { expect, test } from 'vitest'
import { demoSev1 } from '../src/cli/demo-sev1.ts'

test('a SEV1 is commanded, told of and cleared with every promise kept', async () => {
  const lines: string[] = []
  const ended = await demoSev1({ isFast: true, say: (text) => lines.push(text) })
  const text = lines.join('\n')
  expect(text).toContain('Ben Okafor has command')
  expect(text).toContain('found the cause: the config deploy #4812')
  expect(text).toContain('Ben Okafor: all clear')
  expect(ended.owed).toBeGreaterThan(15)
  expect(ended.kept).toBe(ended.owed)
}, 120_000)
