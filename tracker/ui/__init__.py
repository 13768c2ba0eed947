"""What pages share with Streamlit: state from the link, sidebar, cached reads, designed parts."""

from tracker.links import View
from tracker.ui.about_reads import (
    debt_note,
    pick_section,
    read_if_there,
    running_month,
    tried,
    try_thresholds,
)
from tracker.ui.admission import Entrance
from tracker.ui.audit_reads import PAGE_ROWS, audit_chain, entries_shown, offer_entries, pick_entries
from tracker.ui.boundary_reads import draw_outlines
from tracker.ui.briefing_reads import (
    briefing_content,
    offer_documents,
    offer_to_keep,
    pick_named,
    pick_selection,
)
from tracker.ui.builds_reads import (
    changes_between,
    every_build,
    go_back,
    inputs_between,
    mark,
    moves,
    offer_handover,
    offer_trace,
    pick_builds_section,
    pick_two,
    states_between,
    threshold_history,
)
from tracker.ui.candidate_reads import candidate_list, offer_candidates, units_of_measures
from tracker.ui.change_reads import pick_changes
from tracker.ui.desk_answers import offer_build
from tracker.ui.desk_forms import one_upload
from tracker.ui.desk_screen import (
    desk_now,
    files_in,
    how_to_begin,
    job_log,
    pick_desk_section,
    pick_upload,
    publication,
    show_progress,
    take_in,
    tell_last,
)
from tracker.ui.district_reads import area_figures, areas_on_target, with_target
from tracker.ui.due_reads import DUE_PAGE, due_of, offer_templates, pick_due
from tracker.ui.edit_forms import edit_tasks, edit_thresholds
from tracker.ui.enterprise_reads import (
    listing,
    number_behind,
    offer_profile,
    profile_of,
    rules_of,
    title_timeline,
    values_behind,
)
from tracker.ui.filters import carried_codes, labels_of, pick_answered, pick_enterprises, search_box
from tracker.ui.forgetting import forget
from tracker.ui.frame import (
    draw_figure,
    footer_lines,
    html,
    marks,
    offer_table,
    pages,
    rule_labels,
    show_failure,
    show_nothing_yet,
    start_page,
    tags,
)
from tracker.ui.indicator_reads import definition_of, one_target, target_figures
from tracker.ui.ladder_reads import expiring_names, ladder_figures, ladder_of, pick_rung
from tracker.ui.measure_reads import pick_status, pick_unit, records_behind, records_of, tasks_of
from tracker.ui.meeting_forms import show_controls
from tracker.ui.meeting_screen import months_of, start_meeting, target_parts, target_view
from tracker.ui.overview_reads import overview_parts
from tracker.ui.plan_reads import pick_denominator, plans_side_by_side
from tracker.ui.reading import bullets, read, reported_builds, targets_at, targets_of, tier_counts, warm_up
from tracker.ui.rights_forms import ask_common, ask_to_grant, is_open_to_all, show_said, units
from tracker.ui.sidebar import choose_view
from tracker.ui.sign_in import show_person, show_refusal, sign_in
from tracker.ui.state import (
    chosen_language,
    current_view,
    language,
    linked_code,
    pick_page,
    pick_part,
    possible_view,
    select,
    show_notices,
    start_run,
    write_link,
)
from tracker.ui.titles import titles_by_area
from tracker.ui.waiting_cells import show_cells
from tracker.ui.waiting_objections import show_objections
from tracker.ui.waiting_questions import show_questions
from tracker.ui.waiting_reads import objections_of, open_cells, open_questions, waiting_links
from tracker.ui.way_back import WayBack

__all__ = [
    "DUE_PAGE",
    "PAGE_ROWS",
    "Entrance",
    "View",
    "WayBack",
    "area_figures",
    "areas_on_target",
    "ask_common",
    "ask_to_grant",
    "audit_chain",
    "briefing_content",
    "bullets",
    "candidate_list",
    "carried_codes",
    "changes_between",
    "choose_view",
    "chosen_language",
    "current_view",
    "debt_note",
    "definition_of",
    "desk_now",
    "draw_figure",
    "draw_outlines",
    "due_of",
    "edit_tasks",
    "edit_thresholds",
    "entries_shown",
    "every_build",
    "expiring_names",
    "files_in",
    "footer_lines",
    "forget",
    "go_back",
    "how_to_begin",
    "html",
    "inputs_between",
    "is_open_to_all",
    "job_log",
    "labels_of",
    "ladder_figures",
    "ladder_of",
    "language",
    "linked_code",
    "listing",
    "mark",
    "marks",
    "months_of",
    "moves",
    "number_behind",
    "objections_of",
    "offer_build",
    "offer_candidates",
    "offer_documents",
    "offer_entries",
    "offer_handover",
    "offer_profile",
    "offer_table",
    "offer_templates",
    "offer_to_keep",
    "offer_trace",
    "one_target",
    "one_upload",
    "open_cells",
    "open_questions",
    "overview_parts",
    "pages",
    "pick_answered",
    "pick_builds_section",
    "pick_changes",
    "pick_denominator",
    "pick_desk_section",
    "pick_due",
    "pick_enterprises",
    "pick_entries",
    "pick_named",
    "pick_page",
    "pick_part",
    "pick_rung",
    "pick_section",
    "pick_selection",
    "pick_status",
    "pick_two",
    "pick_unit",
    "pick_upload",
    "plans_side_by_side",
    "possible_view",
    "profile_of",
    "publication",
    "read",
    "read_if_there",
    "records_behind",
    "records_of",
    "reported_builds",
    "rule_labels",
    "rules_of",
    "running_month",
    "search_box",
    "select",
    "show_cells",
    "show_controls",
    "show_failure",
    "show_nothing_yet",
    "show_notices",
    "show_objections",
    "show_person",
    "show_progress",
    "show_questions",
    "show_refusal",
    "show_said",
    "sign_in",
    "start_meeting",
    "start_page",
    "start_run",
    "states_between",
    "tags",
    "take_in",
    "target_figures",
    "target_parts",
    "target_view",
    "targets_at",
    "targets_of",
    "tasks_of",
    "tell_last",
    "threshold_history",
    "tier_counts",
    "title_timeline",
    "titles_by_area",
    "tried",
    "try_thresholds",
    "units",
    "units_of_measures",
    "values_behind",
    "waiting_links",
    "warm_up",
    "with_target",
    "write_link",
]
