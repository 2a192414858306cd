"""The keywords of `input.nn`: which are read, and which say nothing about energies."""

from dataclasses import dataclass, field

from atomzoo.datasets.io.words import named, read_rows, shortened

# Keywords that are read, and how many words may follow: (at least, at most).
SINGLE = {
    "number_of_elements": (1, 1),
    "elements": (1, 200),
    "cutoff_type": (1, 2),
    "scale_symmetry_functions": (0, 0),
    "center_symmetry_functions": (0, 0),
    "scale_symmetry_functions_sigma": (0, 0),
    "scale_min_short": (1, 1),
    "scale_max_short": (1, 1),
    "global_hidden_layers_short": (1, 1),
    "global_nodes_short": (1, 1000),
    "global_activation_short": (1, 1000),
    "normalize_nodes": (0, 0),
    "mean_energy": (1, 1),
    "conv_energy": (1, 1),
    "conv_length": (1, 1),
    "nnp_type": (1, 1),
    "nn_type_short": (1, 1),
}
REPEATED = {
    "atom_energy": (2, 2),
    "symfunction_short": (2, 100),
    "element_hidden_layers_short": (2, 2),
    "element_nodes_short": (2, 1000),
    "element_activation_short": (2, 1000),
}
OTHER_NAMES = {
    "symfunction": "symfunction_short",
    "nn_type": "nnp_type",
    "nnp_gen": "nnp_type",
    "nnp_generation": "nnp_type",
    "nnp_type_gen": "nnp_type",
    "scale_min_short_atomic": "scale_min_short",
    "scale_max_short_atomic": "scale_max_short",
    "global_nodes_short_atomic": "global_nodes_short",
}
FOURTH_GENERATION = ("initial_hardness", "fixed_gausswidth", "use_gausswidth", "four_pi_epsilon", "kspace_solver")
# Of n2p2 (CHANGELOG and `Settings.cpp` of 2.2) and RuNNer (`readkeywords.f90`), about training, other modes, output and
# speed; and about charges, which are no part of the energy without use_electrostatics.
IGNORED = set(
    """
    random_seed random_number_type test_fraction epochs use_short_forces use_short_nn force_weight runner_mode
    rmse_threshold rmse_threshold_energy rmse_threshold_force rmse_threshold_charge
    rmse_threshold_trials rmse_threshold_trials_energy rmse_threshold_trials_force rmse_threshold_trials_charge
    short_energy_error_threshold short_force_error_threshold
    energy_fraction force_fraction charge_fraction short_energy_fraction short_force_fraction
    short_energy_group short_force_group energy_threshold max_energy max_force bond_threshold
    use_old_weights_short use_old_weights_charge weights_min weights_max biases_min biases_max separate_bias_ini_short
    nguyen_widrow_weights_short nguyen_widrow_weights_charge precondition_weights use_systematic_weights_short
    main_error_metric fitting_unit optmode_short_energy optmode_short_force growth_mode
    write_trainpoints write_trainforces write_traincharges write_weights_epoch write_neuronstats write_trainlog
    write_pdb write_xyz write_symfunctions write_binding_energy_only write_unformatted write_temporary_weights
    repeated_energy_update updater_type parallel_mode jacobian_mode update_strategy joint_energy_force_update
    update_single_element selection_mode selection_mode_energy selection_mode_force selection_mode_charge
    task_batch_size_energy task_batch_size_force task_batch_size_charge points_in_memory mix_all_points
    gradient_type gradient_eta gradient_adam_eta gradient_adam_beta1 gradient_adam_beta2 gradient_adam_epsilon
    steepest_descent_step_energy_short steepest_descent_step_force_short
    kalman_type kalman_epsilon kalman_eta kalman_etatau kalman_etamax kalman_q0 kalman_qtau kalman_qmin
    kalman_lambda_short kalman_nue_short use_noisematrix kalman_q0_short save_kalman_matrices restart_kalman_short
    restore_fit memorize_symfunc_results calculate_forces calculate_stress calculate_hessian
    analyze_error analyze_error_energy_step analyze_error_force_step analyze_composition
    print_force_components print_mad print_all_short_weights print_convergence_vector detailed_timing
    remove_atom_energies dynforcegroup_start dynforcegroup_step data_clustering find_contradictions
    normalize_data_set force_update_scaling force_threshold force_grouping_by_structure noise_energy noise_force
    fixed_short_energy_error_threshold fixed_short_force_error_threshold restrict_weights shuffle_weights_short_atomic
    optmode_charge charge_error_threshold kalman_lambda_charge kalman_nue_charge regularize_fit_param use_old_scaling
    force_energy_ratio use_atom_charges use_atom_energies debug_mode dynamic_force_grouping analyze_error_charge_step
    symfunction_correlation weight_analysis environment_analysis md_mode initialization_only fitmode nblock
    charge_grouping_by_structure noise_charge charge_group use_charge_constraint enforce_totcharge
    total_charge_error_threshold kalman_damp_short kalman_damp_force kalman_damp_charge
    kalman_lambda_charge_constraint kalman_nue_charge_constraint steepest_descent_step_charge charge_update_scaling
    random_order_training read_kalman_matrices update_worst_short_energies update_worst_short_forces
    update_worst_charges use_damping fix_weights weight_constraint weighte_constraint enforce_max_num_neighbors_atomic
    detailed_timing_epoch write_pov write_pwscf calculate_final_force biasweights_min biasweights_max
    weightse_min weightse_max nguyen_widrow_weights_ewald precondition_weights_ewald
    electrostatic_type nn_type_elec ewald_alpha ewald_cutoff ewald_kmax ewald_prec scale_min_elec scale_max_elec
    global_hidden_layers_electrostatic global_nodes_electrostatic global_activation_electrostatic
    element_hidden_layers_electrostatic element_nodes_electrostatic element_activation_electrostatic
    global_symfunction_electrostatic global_symfunction_elec element_symfunction_electrostatic symfunction_electrostatic
    """.split()
)


@dataclass
class Keywords:
    """The lines of an `input.nn`.

    Attributes:
        single: Dict from keyword to the words behind it.
        repeated: Dict from keyword to a list of (line number, words).
        lines: Dict from keyword to the number of its last line.
    """

    single: dict = field(default_factory=dict)
    repeated: dict = field(default_factory=lambda: {keyword: [] for keyword in REPEATED})
    lines: dict = field(default_factory=dict)

    def required(self, keyword):
        """The words behind a keyword that must be there."""
        if keyword not in self.single:
            raise ValueError(f"the keyword {keyword} is missing")
        return self.single[keyword]

    def named(self, keyword):
        """Names the keyword, and its line, in front of errors."""
        return numbered(self.lines[keyword], keyword) if keyword in self.lines else named(keyword)


def numbered(number, keyword):
    """Names the line and the keyword in front of errors."""
    return named(f"line {number}, {keyword}")


def read_keywords(path):
    """Reads the keywords of an `input.nn`, their number of words checked.

    Raises:
        ValueError: naming file, line and keyword: unknown, given twice, with too few or too many words.
        OSError: the file cannot be opened.
    """
    keywords, rows = Keywords(), list(read_rows(path, comments="#!"))
    _check_generation(path, rows)
    for number, (word, *rest) in rows:
        keyword = OTHER_NAMES.get(word, word)
        if keyword in IGNORED:
            continue
        with named(f"'{path}', line {number}"):
            _add(keywords, keyword, number, rest)
    return keywords


def _check_generation(path, rows):
    """4G potentials are refused as such, whatever keyword of theirs comes first."""
    words = {OTHER_NAMES.get(word, word): (number, " ".join([word, *rest])) for number, (word, *rest) in rows}
    if "nnp_type" in words:
        number, line = words["nnp_type"]
        found = (number, line) if "4" in line else None
    else:
        found = next((words[keyword] for keyword in FOURTH_GENERATION if keyword in words), None)
    if found:
        number, line = found
        raise ValueError(
            f"'{path}', line {number}: 4G (charge equilibration) potentials are not supported. "
            f"Received: {shortened(line)}"
        )


def _add(keywords, keyword, number, words):
    if keyword not in SINGLE and keyword not in REPEATED:
        raise ValueError(f"the keyword is not supported. Received: {shortened(keyword)}")
    least, most = SINGLE.get(keyword) or REPEATED[keyword]
    if not least <= len(words) <= most:
        expected = f"{least}" if least == most else f"{least} to {most}"
        raise ValueError(f"{keyword} takes {expected} words. Received: {shortened(' '.join(words))}")
    keywords.lines[keyword] = number
    if keyword in REPEATED:
        keywords.repeated[keyword].append((number, words))
    elif keyword in keywords.single:
        raise ValueError(f"the keyword is given twice. Received: {keyword}")
    else:
        keywords.single[keyword] = words
