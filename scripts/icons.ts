/** Draws the icons of the installed app from the mark: `npx tsx scripts/icons.ts`. The pictures are committed. */
import { readFileSync, writeFileSync } from 'node:fs'
import { chromium } from 'playwright-core'

const MARK = readFileSync('web/public/mark.svg', 'utf8')
const DARK = '#11141a'
/** A badge is a shape: systems colour it themselves. */
const SHAPE = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><circle cx="8" cy="8" r="6.6" fill="none" stroke="#fff" stroke-width="1.6"/><path d="M5 8.2l2.2 2.2L11 6" fill="none" stroke="#fff" stroke-width="1.8" stroke-linecap="round" stroke-linejoin="round"/></svg>`

const ICONS = [
  { file: 'icon-192.png', size: 192, part: 1.2, ground: 'transparent', svg: MARK },
  { file: 'icon-512.png', size: 512, part: 1.2, ground: 'transparent', svg: MARK },
  // Systems cut it to a shape of their own: the mark stays within the middle four fifths.
  { file: 'icon-maskable-512.png', size: 512, part: 0.8, ground: DARK, svg: MARK },
  { file: 'apple-touch-icon.png', size: 180, part: 0.95, ground: DARK, svg: MARK },
  { file: 'badge-96.png', size: 96, part: 1, ground: 'transparent', svg: SHAPE },
]

const browser = await chromium.launch({
  executablePath: '/usr/bin/chromium',
  args: ['--no-sandbox'],
})
for (const { file, size, part, ground, svg } of ICONS) {
  const page = await browser.newPage({ viewport: { width: size, height: size } })
  const inner = Math.round(size * part)
  await page.setContent(
    `<body style="margin:0;height:100vh;overflow:hidden;display:grid;place-items:center;background:${ground}"><div style="width:${inner}px;height:${inner}px;margin:${(size - inner) / 2}px">${svg.replace('<svg', '<svg style="display:block;width:100%;height:100%"')}</div></body>`,
  )
  writeFileSync(`web/public/${file}`, await page.screenshot({ omitBackground: true }))
  await page.close()
}
await browser.close()
