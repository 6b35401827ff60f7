// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * Makes the chain's graph interactive: choosing nodes with a mouse, a finger or keys, details,
 * search, zoom.
 *
 * Runs in a browser: in the page of the chain, and in the HTML report, which gets the text of
 * {@link attachGraph}. So the function uses nothing from outside itself, and of the document only
 * what is declared here. Invariant: one node is a stop for Tab, and it is the chosen one if there
 * is one.
 */

/** The part of an element that is used here. */
export interface PageElement {
  readonly dataset: Record<string, string | undefined>;
  readonly classList: {
    add(name: string): void;
    remove(name: string): void;
    toggle(name: string, on: boolean): void;
  };
  readonly style: { setProperty(name: string, value: string): void };
  readonly clientWidth: number;
  readonly clientHeight: number;
  textContent: string | null;
  value?: string;
  setAttribute(name: string, value: string): void;
  getAttribute(name: string): string | null;
  focus(options: { preventScroll: boolean }): void;
  scrollIntoView(options: { block: 'nearest'; inline: 'nearest' }): void;
  addEventListener(name: string, listener: (event: PageEvent) => void): void;
  querySelector(selector: string): PageElement | null;
  querySelectorAll(selector: string): Iterable<PageElement>;
}

export interface PageEvent {
  readonly key?: string;
  preventDefault(): void;
}

export interface AttachedGraph {
  /** Show a node as chosen. A step that has no node changes nothing. */
  readonly choose: (step: number | undefined) => void;
}

/**
 * @param onChoose called with the node that the user has chosen: a step, or a number below 0 for a
 *   binary that came with the tree.
 */
export function attachGraph(root: PageElement, onChoose: (step: number) => void): AttachedGraph {
  const MAX_ZOOM = 8;
  /**
   * Pixels for each unit of the picture. With fewer, names cannot be read; with more, all of them
   * have room.
   */
  const [SMALL, LARGE] = [0.65, 1.6];
  const svg = root.querySelector('svg') as PageElement;
  const nodes = [...root.querySelectorAll('svg g')];
  const edges = [...root.querySelectorAll('svg path')];
  const byStep = new Map(nodes.map((node) => [Number(node.dataset['step']), node]));
  const x = (node: PageElement) => Number(node.dataset['x']);
  const y = (node: PageElement) => Number(node.dataset['y']);

  /** The node itself and everything that it was made from. */
  const wayTo = (step: number): Set<number> => {
    const way = new Set([step]);
    for (const one of way) {
      const from = byStep.get(one)?.dataset['from'] ?? '';
      for (const word of from.split(' ').filter(Boolean)) way.add(Number(word));
    }
    return way;
  };
  const choose = (step: number | undefined): void => {
    const chosen = step === undefined ? undefined : byStep.get(step);
    const way = chosen === undefined ? new Set<number>() : wayTo(step as number);
    root.classList.toggle('chosen', chosen !== undefined);
    for (const [one, node] of byStep) {
      node.classList.toggle('chosen', node === chosen);
      node.classList.toggle('way', way.has(one));
      node.setAttribute('tabindex', node === (chosen ?? nodes[0]) ? '0' : '-1');
    }
    for (const edge of edges) {
      const [from, to] = (edge.dataset['ends'] ?? '').split(' ').map(Number);
      edge.classList.toggle('way', way.has(from as number) && way.has(to as number));
    }
    chosen?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
  };
  const open = (node: PageElement): void => {
    choose(Number(node.dataset['step']));
    node.focus({ preventScroll: true });
    onChoose(Number(node.dataset['step']));
  };

  /** The nearest node in the direction of an arrow. */
  const neighbour = (node: PageElement, key: string): PageElement | undefined => {
    const direction = {
      ArrowLeft: [-1, 0],
      ArrowRight: [1, 0],
      ArrowUp: [0, -1],
      ArrowDown: [0, 1],
    }[key];
    if (direction === undefined) return undefined;
    const [right = 0, down = 0] = direction;
    let best: PageElement | undefined;
    let least = Number.POSITIVE_INFINITY;
    for (const other of nodes) {
      const [dx, dy] = [x(other) - x(node), y(other) - y(node)];
      const along = dx * right + dy * down;
      const across = Math.abs(dx * down) + Math.abs(dy * right);
      const distance = along + 3 * across;
      if (along > 0 && distance < least) [best, least] = [other, distance];
    }
    return best;
  };
  for (const node of nodes) {
    node.addEventListener('click', () => open(node));
    node.addEventListener('keydown', (event) => {
      const key = event.key ?? '';
      const isPress = key === 'Enter' || key === ' ';
      if (isPress || key.startsWith('Arrow')) event.preventDefault();
      const next = isPress ? node : neighbour(node, key);
      if (next !== undefined) open(next);
    });
  }

  let zoom = 1;
  const [width = 1, height = 1] = (svg.getAttribute('viewBox') ?? '')
    .split(' ')
    .slice(2)
    .map(Number);
  const measure = (): void => {
    const scale = Math.min(svg.clientWidth / width, svg.clientHeight / height);
    if (!(scale > 0)) return; // the graph is not shown yet
    root.style.setProperty('--scale', String(scale));
    root.classList.toggle('small', scale < SMALL);
    root.classList.toggle('large', scale > LARGE);
  };
  for (const button of root.querySelectorAll('[data-zoom]')) {
    button.addEventListener('click', () => {
      const by = Number(button.dataset['zoom']);
      zoom = by === 0 ? 1 : Math.min(MAX_ZOOM, Math.max(1, zoom * (by > 0 ? 1.5 : 1 / 1.5)));
      root.style.setProperty('--zoom', String(zoom));
      measure();
    });
  }
  measure();
  (globalThis as unknown as PageElement).addEventListener('resize', measure);

  const field = root.querySelector('input') as PageElement;
  const said = root.querySelector('.graph-found') as PageElement;
  let found: PageElement[] = [];
  let at = -1;
  field.addEventListener('input', () => {
    const word = (field.value ?? '').trim().toLowerCase();
    found = nodes.filter((node) =>
      (node.getAttribute('aria-label') ?? '').toLowerCase().includes(word),
    );
    if (word === '') found = [];
    at = -1;
    root.classList.toggle('searching', word !== '');
    for (const node of nodes) node.classList.toggle('found', found.includes(node));
    said.textContent = word === '' ? '' : `${found.length} found`;
    found[0]?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
  });
  field.addEventListener('keydown', (event) => {
    if (event.key !== 'Enter' || found.length === 0) return;
    event.preventDefault();
    at = (at + 1) % found.length;
    choose(Number(found[at]?.dataset['step']));
    onChoose(Number(found[at]?.dataset['step']));
    said.textContent = `${at + 1} of ${found.length}`;
  });
  return { choose };
}
