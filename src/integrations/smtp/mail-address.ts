/**
 * A plain address and nothing else: no line breaks, no second recipient, no display name. What
 * does not look like one is refused rather than repaired (T23).
 */
export const isMailAddress = (text: string): boolean =>
  text.length <= 254 && /^[^\s\p{Cc}"(),:;<>@[\\\]]{1,64}@[^\s\p{Cc}"(),:;<>@[\\\]]+$/u.test(text)
