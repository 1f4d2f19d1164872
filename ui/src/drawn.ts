import type { Attachment } from 'svelte/attachments';

/** Puts a picture of the core into the page as nodes, never as markup. */
export function drawn(svg: string): Attachment {
  return (node) => {
    // The page's own parser: the one for XML would be loaded for this alone.
    const { firstElementChild: root } = new DOMParser().parseFromString(svg, 'text/html').body;
    node.replaceChildren(...(root?.localName === 'svg' ? [document.adoptNode(root)] : []));
  };
}
