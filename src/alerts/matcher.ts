/** Matchers on labels, as Alertmanager has them: `name="value"`, `!=`, `=~`, `!~`, anchored. */
import { compilePattern } from '../lib/pattern.ts'
import { invalid } from '../lib/problem.ts'

export type Matcher = { name: string; op: '=' | '!=' | '=~' | '!~'; value: string }

export const MATCHERS_MAX = 50

/** All of them have to fit. A label that is absent has the empty value. */
export const matches = (
  matchers: readonly Matcher[],
  labels: Readonly<Record<string, string>>,
): boolean =>
  matchers.every((matcher) =>
    fits(matcher, Object.hasOwn(labels, matcher.name) ? (labels[matcher.name] ?? '') : ''),
  )

function fits({ op, value }: Matcher, label: string): boolean {
  switch (op) {
    case '=':
      return label === value
    case '!=':
      return label !== value
    case '=~':
      return compilePattern(value, 'matchers').matches(label)
    case '!~':
      return !compilePattern(value, 'matchers').matches(label)
  }
}

/** @throws Problem that names the matcher which is wrong, or says that all of them match everything */
export function checkMatchers(matchers: readonly Matcher[]): void {
  if (matchers.length === 0)
    throw invalid('matchers', 'Name at least one label: a silence must not fit everything.')
  if (matchers.length > MATCHERS_MAX) throw invalid('matchers', `At most ${MATCHERS_MAX} matchers.`)
  matchers.forEach((matcher, index) => {
    if (matcher.name === '')
      throw invalid(`matchers[${index}].name`, 'A matcher needs the name of a label.')
    if (matcher.op === '=~' || matcher.op === '!~')
      compilePattern(matcher.value, `matchers[${index}].value`)
  })
  if (matchers.every((matcher) => fits(matcher, ''))) {
    throw invalid(
      'matchers',
      'At least one matcher must not fit an empty value: otherwise everything would be silenced.',
    )
  }
}

/** Reads `name="v"`, `name=v`, `name=~"a.*"`. @throws Problem that quotes what could not be read */
export function parseMatcher(text: string): Matcher {
  const match =
    /^\s*([A-Za-z_][A-Za-z0-9_.:-]*)\s*(=~|!~|!=|=)\s*("(?:[^"\\]|\\.)*"|[^"\s]*)\s*$/.exec(text)
  if (!match)
    throw invalid(
      'matchers',
      `\`${text.slice(0, 100)}\` is not a matcher. Write name="value", name!="value", name=~"pattern" or name!~"pattern".`,
    )
  const [, name = '', op = '=', raw = ''] = match
  const value = raw.startsWith('"')
    ? raw.slice(1, -1).replace(/\\(.)/g, (_, c: string) => (c === 'n' ? '\n' : c))
    : raw
  return { name, op: op as Matcher['op'], value }
}

export const writeMatcher = ({ name, op, value }: Matcher): string =>
  `${name}${op}${JSON.stringify(value)}`
