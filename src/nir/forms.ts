/** The kinds of stages that nodes of NIR become, as the table of kinds has them. */
import type { NirNodeForm } from '../stages/nir-form.ts';
import { nirForm, type Stage, type StageDefinition, stageKinds } from '../stages/stage.ts';
import type { NirPrimitive } from './graph/types.ts';

type Form = NirNodeForm<NirPrimitive, StageDefinition, Stage>;

const forms: ReadonlyMap<string, Form> = new Map(
  stageKinds.flatMap((kind) => {
    const form = nirForm(kind);
    return form.form === 'node' ? form.types.map((type) => [type, form] as const) : [];
  }),
);

/** How nodes of a type become stages; undefined if they do not. */
export function formOf(type: string): Form | undefined {
  return forms.get(type);
}
