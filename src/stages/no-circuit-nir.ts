/** What neurons of a chip say, which NIR does not have. */

/** Neurons of a chip have no form in NIR. */
export const noCircuit: { readonly form: 'none'; readonly needed: string } = {
  form: 'none',
  needed:
    'NIR has no neurons of a chip; write the pipeline of lif(…) that it was made from, or save this one by pipelineToJson',
};
