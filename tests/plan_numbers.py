"""Where every number that stands in the texts of the plans went: into the catalogue, or why it is no quantity."""

from __future__ import annotations

# As printed, then for each target, rule or reference that holds it "name=value"; a line for each time it stands.
QUANTITIES = {
    "lianyungang": """
10大重点 key_chains=10
1000家 innovative_smes=1000
200家 srdi_smes=200
25家 little_giants=25
5家。 manufacturing_champions=5
5%, research_intensity=5
5件以上 patents_per_enterprise=5
50%、经营 numerical_control_rate=50
60%、数字 management_digitalisation_rate=60
70%。 digital_design_rate=70
50%,市重点 main_revenue_share=50
10个,培育市级 provincial_platforms_and_bases=10
20个。 city_platforms_and_bases=20
2个。(责任 provincial_clusters=2
5家,市长 jiangsu_premium_enterprises=5
1个。(责任 mayor_quality_awards=1
50%的创新型 ip_standard_share_innovative=50
10个,智能 smart_workshops=10
1家,重点 smart_factories=1
60家。 star_cloud_enterprises=60
20家以上 listing_reserve_enterprises=20
10家以上 equity_board_enterprises=10
5家左右 listed_enterprises=5
两家企业配备1名 service_officers_per_enterprise=0.5
""",
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
    "lianyungang": {
        r"^[一二三]、": "number of a part",
        r"^\([一二三四五六七八]\)": "number of a section",
        r"^[123]\.": "number of a principle",
        "进一步|一批|统一|一体|一定|一项|零部件": "words",
        "二十届?|二中全会": "name of a congress and its session",
        "八大工程": "number of projects, each of which is a task",
        "五基": "name of a field of products",
        "到2025年": "a due date",
        "四新": "name of a class of enterprises",
        "国内外一流": "first class, a word",
        "两化": "name of a standard",
        "一站式": "one-stop, a word",
        "一键直达": "name of a service",
        "两级": "both levels of government, a word",
        "一企一策": "a policy for each enterprise, a manner",
        "一带一路": "name of an initiative",
    },
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

# What is asked for in words alone: of all (全覆盖, 应), or again and again (每年, 每月). As QUANTITIES, every time.
WORDS = "全覆盖|全覆蓋|每年|每月|年均|年度|逐家|逐年|應當|应当"
ASKED_IN_WORDS = {
    "lianyungang": """
转型实现全覆盖 digital_transformation_coverage
配套实现全覆盖 chain_coverage
每年公告 yearly_recognition
研发机构全覆盖 research_body_coverage
标准化全覆盖 ip_standard_share_srdi
贯标全覆盖 free_diagnosis_coverage integration_standard_coverage
""",
    "liangjiang": """
事项全覆盖 licence_reform_coverage
主体年均增长 market_entity_growth
每年优选 seed_enterprises_selected
每年开展 technology_matchmaking_events
每年至少 quality_trainings
每年服务 station_served_enterprises
每年组织不少于1场 job_fairs
每年组织不少于4场 service_events
""",
    "suzhou_industrial_park": """
每年举办 job_fairs
在年度工业 land_use_evaluation_bonus
""",
    "nantong": """
每年还通过 yearly_free_diagnosis
每月2000元 graduate_allowance
每月5000元 postdoc_allowance
每月组织 enterprise_visits
服务全覆盖 enterprise_visits
需求全覆盖 ip_financing_coverage
""",
    "zhejiang": """
逐家 growth_evaluation
布年度 growth_evaluation
上年度研 research_reward_condition
每年新增 new_ip_demonstration_enterprises new_ip_advantage_enterprises ip_pledge_financing_100m_yuan
每年開展 chain_matchmaking_events
應當 cities_with_own_fund
每年組織 typical_cases
""",
}
