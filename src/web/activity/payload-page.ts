import { html, type Html } from '../html.ts';
import { deliveryPath } from '../kit/paths.ts';
import type { PageDefinition, View } from '../kit/view.ts';
import { pageHead } from '../parts/page-head.ts';
import { payloadView, readPayload } from './payload-view.ts';
import { pageId } from './thread-page.ts';

/** Headers and payload of a delivery, as a part of its thread. */
export async function payloadPart(view: View): Promise<Html> {
  pageId(view, 'delivery');
  return payloadView(await readPayload(view));
}

/** Headers and payload of a delivery, as a page of its own: for what is large, and where no script is. */
export const payloadPage: PageDefinition = {
  path: '/deliveries/:id/payload',
  place: 'deliveries',
  async render(view) {
    const id = pageId(view, 'delivery');
    const crumbs = [
      { title: 'Deliveries', path: '/deliveries' },
      { title: `Delivery ${id}`, path: deliveryPath(id) },
    ];
    return {
      title: `Payload of delivery ${id}`,
      body: html`${pageHead({ title: 'Headers and payload', crumbs })} ${payloadView(await readPayload(view), true)}`,
      width: 'wide',
    };
  },
};
