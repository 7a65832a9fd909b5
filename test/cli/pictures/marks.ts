/** Collects the names of unbalanced tags; a well-formed picture has none. */
export function unbalancedTags(svg: string): readonly string[] {
  const open: string[] = [];
  const wrong: string[] = [];
  for (const [, closing, name, , selfClosing] of svg.matchAll(
    /<(\/?)([a-z]+)((?:\s+[\w:-]+="[^"<]*")*)\s*(\/?)>/g,
  )) {
    if (closing === '/') {
      if (open.pop() !== name) wrong.push(name!);
    } else if (selfClosing === '') open.push(name!);
  }
  return [...wrong, ...open];
}

/** Counts the subpaths of all paths that have an attribute, such as `stroke="#0072b2"`. */
export function countMarks(svg: string, attribute: string): number {
  return pathsWith(svg, attribute).reduce((sum, tag) => sum + (tag.match(/M/g) ?? []).length, 0);
}

/** Lists the path elements that have an attribute. */
export function pathsWith(svg: string, attribute: string): readonly string[] {
  return (svg.match(/<path [^>]*>/g) ?? []).filter((tag) => tag.includes(attribute));
}

/** Lists the texts of a picture, still escaped. */
export function textsOf(svg: string): readonly string[] {
  return [...svg.matchAll(/<text [^>]*>([^<]*)<\/text>/g)].map(([, content]) => content!);
}
