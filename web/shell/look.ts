/** How dark and how dense: what this browser was told, else what the system says. */
import { useState } from 'react'

export type Theme = 'system' | 'dark' | 'light'
export type Density = 'comfortable' | 'compact'

const read = (name: string): string | null => {
  try {
    return localStorage.getItem(`allclear.${name}`)
  } catch {
    return null
  }
}
function write(name: string, value: string): void {
  try {
    localStorage.setItem(`allclear.${name}`, value)
  } catch {
    // A browser that keeps nothing shows the default the next time.
  }
}

const asTheme = (text: string | null): Theme =>
  text === 'dark' || text === 'light' ? text : 'system'
const asDensity = (text: string | null): Density => (text === 'compact' ? text : 'comfortable')

/** Before anything is drawn, so that nothing flashes. */
export function applyLook(): void {
  document.documentElement.dataset.theme = asTheme(read('theme'))
  document.documentElement.dataset.density = asDensity(read('density'))
}

export function useLook() {
  const [theme, setTheme] = useState(() => asTheme(read('theme')))
  const [density, setDensity] = useState(() => asDensity(read('density')))
  const set = (name: 'theme' | 'density', value: string): void => {
    write(name, value)
    applyLook()
    if (name === 'theme') setTheme(asTheme(value))
    else setDensity(asDensity(value))
  }
  return { theme, density, set }
}
