-- one row per enterprise that holds a title on the last day of a period: what it stated for a formula's two parts
with holder as (
    select tenure.enterprise_id, tenure.area_code
    from core.tenure
    join core.area_closure as closure
        on closure.area_code = tenure.area_code and closure.ancestor_code = $area_code
    where tenure.tier = $population
        and tenure.from_on <= $period_end and tenure.to_on > $period_end
        and tenure.status in ('in_force', 'awaiting_review')
),
stated as (
    select
        value.enterprise_id, value.measure, value.value,
        row_number() over (
            partition by value.enterprise_id, value.measure
            order by
                file.received_on desc nulls last, value.file_id desc,
                value.sheet desc nulls last, value.row desc nulls last, value.value desc
        ) as place,
    from core.enterprise_value as value
    left join core.source_file as file using (file_id)
    where value.period_end = $period_end
        and value.measure in ($numerator, $denominator)
        and abs(value.value) < 1e16
)

select
    holder.enterprise_id,
    holder.area_code,
    max(case when stated.measure = $numerator then stated.value end) as numerator,
    max(case when stated.measure = $denominator then stated.value end) as denominator,
from holder
left join stated on stated.enterprise_id = holder.enterprise_id and stated.place = 1
group by holder.enterprise_id, holder.area_code
order by holder.enterprise_id
