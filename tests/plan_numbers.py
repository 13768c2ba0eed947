"""Where every number that stands in the texts of the plans went: into the catalogue, or why it is no quantity."""

from __future__ import annotations

# As printed, then for each target, rule or reference that holds it "name=value"; a line for each time it stands.
QUANTITIES = {
    "liangjiang": """
3000家 innovative_smes=3000
500家 srdi_smes=500
50家 little_giants=50
50家 station_served_enterprises=50
50家 listing_reserve_enterprises=50
5家 newly_listed_enterprises=5
15% market_entity_growth=15
100家 seed_enterprises_selected=100
10个 srdi_parks=10
10个 new_green_factories=10
10个 quality_service_stations=10
40个 new_digital_workshops=40
5个 new_smart_factories=5
5个 new_technology_platforms=5
4场 technology_matchmaking_events=4
4场 service_events=4
2次 quality_trainings=2
8个 talent_places=8
100% talent_places=100
3年 talent_places=3
1场 job_fairs=1
30个 trainee_bases=30
一企一策一人 service_officer=1
""",
    "suzhou_industrial_park": """
1~2场 job_fairs=1 job_fairs=2
三类: classes_of_enterprises=3
一类: classes_of_enterprises=1
二类: classes_of_enterprises=2
三类: classes_of_enterprises=3
三年内 land_use_evaluation_bonus=3
1级 land_use_evaluation_bonus=1
2分 land_use_evaluation_bonus=2
1分 land_use_evaluation_bonus=1
""",
    "nantong": """
100万元 recognition_reward=100
50万元 recognition_reward=50
20万元 recognition_reward=20
20% new_project_equipment=20
4000万元 new_project_equipment=4000
500万元 smart_upgrading_equipment=500
10% smart_upgrading_equipment=10
1000万元 smart_upgrading_equipment=1000
两年累计 window:reserve_entries=2
587家 reserve_entries=587
亿元。 listing_rewards_100m_yuan=1
7年来 window:equity_financed_enterprises=7 window:equity_financing_100m_yuan=7
25家 equity_financed_enterprises=25
17.14亿元 equity_financing_100m_yuan=17.14
2000元 graduate_allowance=2000
3000元 graduate_allowance=3000
15万元 graduate_allowance=15
30万元 graduate_allowance=30
5000元 postdoc_allowance=5000
20-50万 returnee_startup=20 returnee_startup=50
36家 talent_stations=36
2个工作日 patent_preexamination=2
7个工作日 patent_preexamination=7
27项 ip_business_kinds=27
1.5万个 new_10g_ports=15000
3个、国家级 national_demonstration_factories_2023=3
2个;工业 national_smart_scenes_2023=2
1个、工业 integrated_innovation_pilots_2023=1
1个。新增 industrial_internet_pilots_2023=1
1个、省智能 provincial_manufacturing_bases_2023=1
10家 provincial_demonstration_factories_2023=10
25个 provincial_demonstration_workshops_2023=25
1家 provincial_5g_factories_2023=1
2个、省工业 provincial_platforms_2023=2
4家 provincial_benchmark_factories_2023=4
7家 integration_standard_models_2023=7
619家 new_star_cloud_enterprises_2023=619
100% larger_industry_diagnosis_coverage=100
10% larger_industry_demonstration_coverage=10
70。 integration_level=70
300个 new_5g_projects=300
1个,力争 new_secondary_nodes=1
40% star_cloud_coverage=40
""",
    "zhejiang": """
100家 new_ip_demonstration_enterprises=100 new_ip_advantage_enterprises=100
500億元 ip_pledge_financing_100m_yuan=500
1000項 patent_intensive_products=1000
1000億元 patent_intensive_sales_100m_yuan=1000
100場 chain_matchmaking_events=100
30個 county_digital_samples=30
5年 window:new_equity_board_enterprises=5 window:listing_reserve_served=5
1500家 new_equity_board_enterprises=1500
300家 listing_reserve_served=300
100億元 mother_fund_100m_yuan=100
3%以上 research_reward_condition=3
20%以上 research_reward_condition=20
70%比例 exhibition_subsidy=70
四星級 park_grade=4
一年一評 growth_evaluation=1
""",
}

_HEADINGS = {r"^[一二三四五六]、": "number of a part", r"^\([一二三四五六]\)": "number of a section"}
_WORDS = {"[进進]一步": "further, a word", "一批": "some, a word"}

# Patterns of what is written with a numeral and is no quantity, and why.
NOT_QUANTITIES = {
    "liangjiang": {
        **_HEADINGS,
        **_WORDS,
        r"^\d+\.": "number of a task",
        "2022-2025年": "the years of the plan's title: starts_on and ends_on",
        "到2025年": "a due date",
        "两江": "name of the area",
        "统一": "uniform, a word",
        "一站式": "one-stop, a word",
        "5G": "name of a technology",
        "人才十条": "name of a policy",
        "十大经济人物": "name of an award",
        "三大新城": "a name for three parts of the area",
        "“32”": "of another page that follows the plan",
    },
    "suzhou_industrial_park": {
        **_HEADINGS,
        **_WORDS,
        "三年行动计划": "name of another plan",
        r"2021-2023年": "the years of another plan",
        r"〔2021〕60号": "number of a document",
        "十九[大届]": "name of a congress",
        "一个平台": "part of a motto",
        "一流": "first class, a word",
        "一张网": "name of a platform",
    },
    "nantong": {
        r"^[一二三四]、": "number of a part",
        "进一步": "further, a word",
        "[一二三四]是": "number of a point",
        "2022年|2023年|2020年": "the year of a document, of figures, or the first of a period: starts_on",
        "2024年8月29日": "the day of the reply: issued_on",
        "新科创30条": "name of a policy",
        "20条": "number of measures in another document",
        "十条": "name of a document and number of its measures",
        "新三板": "name of a market",
        "三个一|六个一": "name of a mechanism",
        "两级": "both levels of government, a word",
        "一窗式|一站式|一次性|新一代|一对一": "words",
        "下一阶段": "next stage, a word",
        "四个面向": "part of a motto",
        "十四五": "name of the five-year plan",
        "四大类": "classes that the text of the reference names",
        "一网通办|一次不用跑": "names of a service",
        "5G": "name of a technology",
        "三大行动": "number of actions that are named, not counted",
        "10万兆": "part of the name of a port (10G)",
        "二级节点": "name of a kind of node",
        "两化": "name of an index and a standard",
        "一行业一平台": "part of a motto",
    },
    "zhejiang": {
        r"^[一二三四五六]、": "number of a part",
        r"^\d+\.": "number of a measure",
        **_WORDS,
        "一帶一路": "menu of the page that holds the copy",
        "2023-11-16": "the day of the copy",
        "兩個先行": "name of a policy",
        "一企一檔": "a file for each enterprise, a manner",
        "長三角|珠三角": "names of regions",
        "一體化|一定|一攬子": "words",
        r"3\.0版": "version of a platform",
        "十鏈百場萬企": "name of a series of events",
        "一鏈通": "name of a platform",
        "千百": "name of an action",
        "一鏈一策": "part of the name of an action",
        "萬名干部助萬企": "name of an activity",
    },
}
