import { html, type Html } from '../html.ts';

/** How far something is; `null` while nobody knows how much there is. */
export function progressBar(progress: { label: string; done: number; of: number | null }): Html {
  const percent = progress.of === null || progress.of === 0 ? null : Math.floor((100 * progress.done) / progress.of);
  const figures = progress.of === null ? `${progress.done}` : `${progress.done} of ${progress.of}`;
  return html`<div class="progress">
    <progress aria-label="${progress.label}" ${percent !== null && html`value="${percent}" max="100"`}></progress>
    <span>${progress.label}: ${figures}${percent !== null && ` (${percent} %)`}</span>
  </div>`;
}
